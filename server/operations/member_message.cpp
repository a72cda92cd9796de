#include "server/operations/member_message.h"

#include <algorithm>
#include <utility>

#include "rules/calendar.h"
#include "rules/program.h"
#include "rules/stage.h"
#include "server/operations/cashier_line.h"
#include "server/operations/member_id.h"
#include "server/operations/member_key.h"
#include "server/operations/member_timeline.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

struct StageNow {
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  std::optional<int64_t> since_day;
};

absl::StatusOr<StageNow> stage_now(sqlite::Connection& connection, const storage::MemberRow& row,
                                   const Moment& moment) {
  if (!is_due(row, moment)) {
    return StageNow{static_cast<v1::Stage>(row.stage), row.stage_since_day};
  }
  const auto facts = storage::list_facts(connection, row.member_id);
  if (!facts.ok()) return facts.status();
  const absl::CivilDay today = moment.view.day_of(moment.now_us);
  const StagePath path = stage_path(timeline_of(row, *facts), moment.view.stage_versions(), today);
  StageNow now{path.at_end.stage, std::nullopt};
  if (!path.steps.empty()) now.since_day = day_number(path.steps.back().day);
  return now;
}

v1::MemberFacts facts_of(const storage::MemberRow& row, v1::Stage stage, const Moment& moment) {
  v1::MemberFacts facts;
  facts.set_member_id(member_id_text(row.member_id));
  facts.set_snapshot(row.snapshot);
  facts.set_stage(stage);
  facts.set_purchase_day_count(row.purchase_days);
  if (row.last_purchase_day) {
    facts.set_last_purchase_date(format_day(day_of_number(*row.last_purchase_day)));
  }
  facts.set_net_spend_minor(std::max<int64_t>(row.net_spend_sum_minor, 0));
  *facts.mutable_issued_at() = timestamp_of(moment.now_us);
  return facts;
}

v1::Consent consent_message(const storage::ConsentRow& row) {
  v1::Consent consent;
  consent.set_channel(static_cast<v1::ContactChannel>(row.channel));
  consent.set_granted(row.granted);
  consent.set_wording(row.wording);
  *consent.mutable_occurred_at() = timestamp_of(row.occurred_us);
  consent.set_place(row.place);
  return consent;
}

v1::IdentifyResponse message_of(v1::MemberFacts facts, const storage::NameAndContacts& known,
                                const Moment& moment) {
  v1::IdentifyResponse response;
  const storage::DetailsRow& names = known.details;
  response.set_display_name(display_name(names.first_name, names.last_name));
  if (names.first_name.empty()) response.add_missing_fields("first_name");
  if (names.last_name.empty()) response.add_missing_fields("last_name");
  if (!known.has_phone) response.add_missing_fields("phone");
  if (!known.has_email) response.add_missing_fields("email");
  response.set_cashier_line(cashier_line(language_of(moment.view.program_at(moment.now_us)),
                                         names.first_name, facts.stage()));
  *response.mutable_facts() = std::move(facts);
  return response;
}

}  // namespace

bool is_due(const storage::MemberRow& row, const Moment& moment) {
  return row.next_stage_day && *row.next_stage_day <= day_number(moment.view.day_of(moment.now_us));
}

absl::StatusOr<v1::MemberFacts> facts_message(sqlite::Connection& connection,
                                              const storage::MemberRow& row, const Moment& moment) {
  const absl::StatusOr<StageNow> now = stage_now(connection, row, moment);
  if (!now.ok()) return now.status();
  return facts_of(row, now->stage, moment);
}

absl::StatusOr<v1::Member> member_message(sqlite::Connection& connection,
                                          const storage::MemberRow& row, const Moment& moment) {
  const absl::StatusOr<StageNow> now = stage_now(connection, row, moment);
  if (!now.ok()) return now.status();
  const auto details = storage::find_details(connection, row.member_id);
  if (!details.ok()) return details.status();
  const auto keys = storage::list_keys(connection, row.member_id);
  if (!keys.ok()) return keys.status();
  const auto consents = storage::list_consents(connection, row.member_id);
  if (!consents.ok()) return consents.status();

  v1::Member member;
  member.set_member_id(member_id_text(row.member_id));
  for (const storage::KeyRow& key : *keys) *member.add_keys() = key_message(key);
  if (*details) {
    member.set_first_name((*details)->first_name);
    member.set_last_name((*details)->last_name);
  }
  *member.mutable_facts() = facts_of(row, now->stage, moment);
  if (now->since_day) member.set_stage_since_date(format_day(day_of_number(*now->since_day)));
  member.set_met_date(format_day(day_of_number(row.met_day)));
  if (row.enrolled_day) member.set_enrolled_date(format_day(day_of_number(*row.enrolled_day)));
  for (const storage::ConsentRow& consent : *consents) {
    *member.add_consents() = consent_message(consent);
  }
  return member;
}

absl::StatusOr<v1::IdentifyResponse> identify_message(sqlite::Connection& connection,
                                                      const storage::MemberRow& row,
                                                      const Moment& moment) {
  absl::StatusOr<storage::NameAndContacts> known =
      storage::find_name_and_contacts(connection, row.member_id);
  if (!known.ok()) return known.status();
  return identify_message(connection, storage::IdentifiedMember{row, *std::move(known)}, moment);
}

absl::StatusOr<v1::IdentifyResponse> identify_message(sqlite::Connection& connection,
                                                      const storage::IdentifiedMember& member,
                                                      const Moment& moment) {
  absl::StatusOr<v1::MemberFacts> facts = facts_message(connection, member.row, moment);
  if (!facts.ok()) return facts.status();
  return message_of(*std::move(facts), member.known, moment);
}

v1::IdentifyResponse identify_message(const storage::IdentifiedMember& member,
                                      const Moment& moment) {
  const storage::MemberRow& row = member.row;
  return message_of(facts_of(row, static_cast<v1::Stage>(row.stage), moment), member.known, moment);
}

v1::StageMove move_message(const storage::StageMoveRow& row) {
  v1::StageMove move;
  move.set_move_date(format_day(day_of_number(row.move_day)));
  move.set_from(static_cast<v1::Stage>(row.from_stage));
  move.set_to(static_cast<v1::Stage>(row.to_stage));
  move.set_reason(static_cast<v1::StageReason>(row.reason));
  move.set_purchase_day_count(row.purchase_days);
  move.set_silent_days(row.silent_days);
  move.set_rhythm_days_milli(row.rhythm_days_milli);
  move.set_window_purchase_day_count(row.window_purchase_days);
  move.set_window_net_spend_minor(row.window_spend_minor);
  move.set_program_version(row.program_version);
  return move;
}

}  // namespace moadon
