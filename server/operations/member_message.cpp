#include "server/operations/member_message.h"

#include <optional>
#include <utility>

#include "identity/cashier_line.h"
#include "identity/normal_key.h"
#include "rules/calendar.h"
#include "rules/program.h"
#include "server/operations/member_id.h"
#include "server/operations/member_profile.h"
#include "server/operations/missing_details.h"
#include "server/operations/person_profile.h"
#include "server/operations/tier_upkeep.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

void show_details(const storage::DetailsRow& details, v1::Member& member) {
  member.set_first_name(details.first_name);
  member.set_last_name(details.last_name);
  member.set_birth_date(details.birth_date);
  member.set_anniversary_date(details.anniversary_date);
  member.set_gender(static_cast<v1::Gender>(details.gender));
  member.set_family_status(static_cast<v1::FamilyStatus>(details.family_status));
  member.set_city(details.city);
  member.set_language_code(details.language_code);
  member.set_preferred_channel(static_cast<v1::ContactChannel>(details.preferred_channel));
}

absl::Status show_origin(sqlite::Connection& connection, int64_t member_id, v1::Member& member) {
  const auto origin = storage::find_origin(connection, member_id);
  if (!origin.ok()) return origin.status();
  if (!*origin) return absl::OkStatus();
  member.set_met_branch_id((*origin)->branch_id);
  if ((*origin)->source.kind != 0) *member.mutable_source() = source_message((*origin)->source);
  return absl::OkStatus();
}

// What a person or an owner decided that holds now.
void show_state(const storage::MemberRow& row, v1::Member& member) {
  if (row.refuse_us) *member.mutable_refuse_time() = timestamp_of(*row.refuse_us);
  if (row.archive_us) *member.mutable_archive_time() = timestamp_of(*row.archive_us);
  if (row.erase_us) *member.mutable_erase_time() = timestamp_of(*row.erase_us);
  if (row.merged_into) member.set_merged_into(member_id_text(*row.merged_into));
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
  const auto details = details_of_person(connection, row);
  if (!details.ok()) return details.status();
  return issued_facts(connection, row, *details, moment);
}

absl::StatusOr<v1::Member> member_message(sqlite::Connection& connection,
                                          const storage::MemberRow& row, const Moment& moment) {
  const absl::StatusOr<StageNow> now = stage_now(connection, row, moment);
  if (!now.ok()) return now.status();
  const auto details = details_of_person(connection, row);
  if (!details.ok()) return details.status();
  const auto keys = keys_of_person(connection, row);
  if (!keys.ok()) return keys.status();
  const auto consents = consents_of_person(connection, row);
  if (!consents.ok()) return consents.status();
  absl::StatusOr<v1::MemberFacts> facts = issued_facts(connection, row, *details, moment);
  if (!facts.ok()) return facts.status();
  const auto since_day = tier_since(connection, row, *facts, moment);
  if (!since_day.ok()) return since_day.status();

  v1::Member member;
  member.set_member_id(member_id_text(row.member_id));
  for (const storage::KeyRow& key : *keys) *member.add_keys() = key_message(key);
  show_details(*details, member);
  *member.mutable_facts() = *std::move(facts);
  if (now->since_day) member.set_stage_since_date(format_day(day_of_number(*now->since_day)));
  if (*since_day) member.set_tier_since_date(format_day(day_of_number(**since_day)));
  member.set_met_date(format_day(day_of_number(row.met_day)));
  if (row.enrolled_day) member.set_enrolled_date(format_day(day_of_number(*row.enrolled_day)));
  for (const storage::ConsentRow& consent : *consents) {
    *member.add_consents() = consent_message(consent);
  }
  const absl::Status shown = show_origin(connection, row.member_id, member);
  if (!shown.ok()) return shown;
  show_state(row, member);
  return member;
}

absl::StatusOr<v1::IdentifyResponse> identify_message(sqlite::Connection& connection,
                                                      const storage::MemberRow& row,
                                                      const Moment& moment) {
  const absl::StatusOr<storage::NameAndContacts> known =
      name_and_contacts_of_person(connection, row);
  if (!known.ok()) return known.status();
  absl::StatusOr<v1::MemberFacts> facts = issued_facts(connection, row, known->details, moment);
  if (!facts.ok()) return facts.status();
  v1::IdentifyResponse response = identify_message(*std::move(facts), *known, moment);
  const absl::Status told = tell_missing(connection, row, *known, moment, response);
  if (!told.ok()) return told;
  return response;
}

v1::IdentifyResponse identify_message(v1::MemberFacts facts, const storage::NameAndContacts& known,
                                      const Moment& moment) {
  v1::IdentifyResponse response;
  const storage::DetailsRow& names = known.details;
  response.set_display_name(display_name(names.first_name, names.last_name));
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

v1::TierMove tier_move_message(const storage::TierMoveRow& row) {
  v1::TierMove move;
  move.set_move_date(format_day(day_of_number(row.move_day)));
  move.set_from_tier_id(row.from_tier_id);
  move.set_to_tier_id(row.to_tier_id);
  move.set_reason(static_cast<v1::TierReason>(row.reason));
  move.set_window_spend_minor(row.window_spend_minor);
  move.set_window_purchase_day_count(row.window_purchase_days);
  move.set_program_version(row.program_version);
  return move;
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

}  // namespace moadon
