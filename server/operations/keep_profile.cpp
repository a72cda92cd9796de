#include "server/operations/keep_profile.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "server/operations/detail_fields.h"
#include "server/operations/person_profile.h"

namespace moadon {
namespace {

bool says_the_same(const storage::ConsentRow& a, const storage::ConsentRow& b) {
  return a.channel == b.channel && a.granted == b.granted && a.wording == b.wording &&
         a.place == b.place;
}

bool is_known(const GivenConsent& given, const std::vector<storage::ConsentRow>& known) {
  const storage::ConsentRow& consent = given.row;
  if (given.is_dated) {
    return std::any_of(known.begin(), known.end(), [&](const storage::ConsentRow& row) {
      return says_the_same(row, consent) && row.occurred_us == consent.occurred_us;
    });
  }
  for (auto row = known.rbegin(); row != known.rend(); ++row) {
    if (row->channel == consent.channel) return says_the_same(*row, consent);
  }
  return false;
}

}  // namespace

absl::StatusOr<bool> fill_details(sqlite::Connection& connection, const storage::MemberRow& member,
                                  const storage::DetailsRow& given, const Saying& saying) {
  auto known = details_of_person(connection, member);
  if (!known.ok()) return known.status();
  const std::vector<std::string> filled = fill_unknown(given, *known);
  if (filled.empty()) return false;
  const auto own = storage::find_details(connection, member.member_id);
  if (!own.ok()) return own.status();
  storage::DetailsRow row = own->value_or(storage::DetailsRow{});
  for (const std::string& field : filled) detail_field(field)->copy(given, row);
  absl::Status kept = storage::keep_details(connection, member.member_id, row);
  if (kept.ok()) kept = confirm_fields(connection, member.member_id, filled, saying);
  if (!kept.ok()) return kept;
  return true;
}

absl::StatusOr<bool> fill_custom_values(sqlite::Connection& connection,
                                        const storage::MemberRow& member,
                                        const std::vector<storage::CustomValueRow>& given,
                                        const Saying& saying) {
  if (given.empty()) return false;
  const auto known = custom_values_of_person(connection, member);
  if (!known.ok()) return known.status();
  std::vector<std::string> filled;
  for (const storage::CustomValueRow& value : given) {
    const bool is_there = std::any_of(
        known->begin(), known->end(),
        [&](const storage::CustomValueRow& row) { return row.field_id == value.field_id; });
    if (is_there) continue;
    const absl::Status kept = storage::keep_custom_value(connection, member.member_id, value);
    if (!kept.ok()) return kept;
    filled.push_back(absl::StrCat(kCustomPrefix, value.field_id));
  }
  const absl::Status confirmed = confirm_fields(connection, member.member_id, filled, saying);
  if (!confirmed.ok()) return confirmed;
  return !filled.empty();
}

absl::Status confirm_fields(sqlite::Connection& connection, int64_t member_id,
                            const std::vector<std::string>& fields, const Saying& saying) {
  for (const std::string& field : fields) {
    const absl::Status kept =
        storage::keep_confirmation(connection, member_id, {field, saying.time_us, saying.actor});
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

std::vector<GivenConsent> given_consents(
    const google::protobuf::RepeatedPtrField<v1::Consent>& consents, int64_t time_us,
    const std::string& place) {
  std::vector<GivenConsent> given;
  for (const v1::Consent& consent : consents) {
    storage::ConsentRow row;
    row.channel = consent.channel();
    row.granted = consent.granted();
    row.wording = consent.wording();
    row.occurred_us = consent.has_occurred_at()
                          ? time_us_of(consent.occurred_at(), "").value_or(time_us)
                          : time_us;
    row.place = consent.place().empty() ? place : consent.place();
    given.push_back({std::move(row), consent.has_occurred_at()});
  }
  return given;
}

absl::StatusOr<bool> keep_consents(sqlite::Connection& connection, const storage::MemberRow& member,
                                   const std::vector<GivenConsent>& consents) {
  if (consents.empty()) return false;
  auto known = consents_of_person(connection, member);
  if (!known.ok()) return known.status();
  const auto own = storage::list_consents(connection, member.member_id);
  if (!own.ok()) return own.status();
  int64_t position = static_cast<int64_t>(own->size());
  bool added = false;
  for (const GivenConsent& consent : consents) {
    if (is_known(consent, *known)) continue;
    known->push_back(consent.row);
    const absl::Status kept =
        storage::insert_consent(connection, member.member_id, ++position, consent.row);
    if (!kept.ok()) return kept;
    added = true;
  }
  return added;
}

}  // namespace moadon
