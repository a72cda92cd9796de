#include "server/operations/member_message.h"

#include <optional>
#include <utility>

#include "rules/calendar.h"
#include "rules/program.h"
#include "server/operations/cashier_line.h"
#include "server/operations/member_id.h"
#include "server/operations/member_key.h"
#include "server/operations/tier_upkeep.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

v1::Consent consent_message(const storage::ConsentRow& row) {
  v1::Consent consent;
  consent.set_channel(static_cast<v1::ContactChannel>(row.channel));
  consent.set_granted(row.granted);
  consent.set_wording(row.wording);
  *consent.mutable_occurred_at() = timestamp_of(row.occurred_us);
  consent.set_place(row.place);
  return consent;
}

absl::StatusOr<v1::MemberFacts> issued_facts(sqlite::Connection& connection,
                                             const storage::MemberRow& row,
                                             const storage::DetailsRow& details,
                                             const Moment& moment) {
  absl::StatusOr<v1::MemberFacts> facts = lasting_facts(connection, row, details, moment);
  if (!facts.ok()) return facts;
  const absl::Status issued = issue_facts(&connection, moment, *facts);
  if (!issued.ok()) return issued;
  return facts;
}

// Since when in the tier that the facts show, which may be another than the ageing job knows.
absl::StatusOr<std::optional<int64_t>> tier_since(sqlite::Connection& connection,
                                                  const storage::MemberRow& row,
                                                  const v1::MemberFacts& facts,
                                                  const Moment& moment) {
  if (facts.tier_id() == row.tier_id) return row.tier_since_day;
  const int64_t today = day_number(moment.view.day_of(moment.now_us));
  const absl::StatusOr<TierPath> path = tier_path_of(connection, moment.view, row, today);
  if (!path.ok()) return path.status();
  if (path->at_end.empty() || path->steps.empty()) return std::nullopt;
  return day_number(path->steps.back().day);
}

}  // namespace

absl::StatusOr<v1::MemberFacts> facts_message(sqlite::Connection& connection,
                                              const storage::MemberRow& row, const Moment& moment) {
  const auto details = storage::find_details(connection, row.member_id);
  if (!details.ok()) return details.status();
  return issued_facts(connection, row, details->value_or(storage::DetailsRow{}), moment);
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
  absl::StatusOr<v1::MemberFacts> facts =
      issued_facts(connection, row, details->value_or(storage::DetailsRow{}), moment);
  if (!facts.ok()) return facts.status();
  const auto since_day = tier_since(connection, row, *facts, moment);
  if (!since_day.ok()) return since_day.status();

  v1::Member member;
  member.set_member_id(member_id_text(row.member_id));
  for (const storage::KeyRow& key : *keys) *member.add_keys() = key_message(key);
  if (*details) {
    member.set_first_name((*details)->first_name);
    member.set_last_name((*details)->last_name);
    member.set_birth_date((*details)->birth_date);
    member.set_anniversary_date((*details)->anniversary_date);
  }
  *member.mutable_facts() = *std::move(facts);
  if (now->since_day) member.set_stage_since_date(format_day(day_of_number(*now->since_day)));
  if (*since_day) member.set_tier_since_date(format_day(day_of_number(**since_day)));
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
  const absl::StatusOr<storage::NameAndContacts> known =
      storage::find_name_and_contacts(connection, row.member_id);
  if (!known.ok()) return known.status();
  absl::StatusOr<v1::MemberFacts> facts = issued_facts(connection, row, known->details, moment);
  if (!facts.ok()) return facts.status();
  return identify_message(*std::move(facts), *known, moment);
}

v1::IdentifyResponse identify_message(v1::MemberFacts facts, const storage::NameAndContacts& known,
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
