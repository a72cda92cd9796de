#include "server/operations/person_profile.h"

#include <algorithm>
#include <set>
#include <utility>

#include "server/operations/detail_fields.h"
#include "server/operations/whole_person.h"
#include "server/storage/member_tag_store.h"

namespace moadon {

absl::StatusOr<storage::DetailsRow> details_of_person(sqlite::Connection& connection,
                                                      const storage::MemberRow& member) {
  const auto own = storage::find_details(connection, member.member_id);
  if (!own.ok()) return own.status();
  storage::DetailsRow details = own->value_or(storage::DetailsRow{});
  const auto parts = parts_of(connection, member);
  if (!parts.ok()) return parts.status();
  for (const storage::MemberRow& part : *parts) {
    const auto more = storage::find_details(connection, part.member_id);
    if (!more.ok()) return more.status();
    if (*more) fill_unknown(**more, details);
  }
  return details;
}

absl::StatusOr<storage::NameAndContacts> name_and_contacts_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member) {
  absl::StatusOr<storage::NameAndContacts> known =
      storage::find_name_and_contacts(connection, member.member_id);
  if (!known.ok()) return known;
  const auto parts = parts_of(connection, member);
  if (!parts.ok()) return parts.status();
  for (const storage::MemberRow& part : *parts) {
    const auto more = storage::find_name_and_contacts(connection, part.member_id);
    if (!more.ok()) return more.status();
    fill_unknown(more->details, known->details);
    known->has_phone = known->has_phone || more->has_phone;
    known->has_email = known->has_email || more->has_email;
    known->last_ask_us = std::max(known->last_ask_us, more->last_ask_us);
  }
  return known;
}

absl::StatusOr<std::vector<storage::KeyRow>> keys_of_person(sqlite::Connection& connection,
                                                            const storage::MemberRow& member) {
  absl::StatusOr<std::vector<storage::KeyRow>> keys =
      storage::list_keys(connection, member.member_id);
  if (!keys.ok()) return keys;
  const auto parts = parts_of(connection, member);
  if (!parts.ok()) return parts.status();
  for (const storage::MemberRow& part : *parts) {
    auto more = storage::list_keys(connection, part.member_id);
    if (!more.ok()) return more.status();
    std::move(more->begin(), more->end(), std::back_inserter(*keys));
  }
  return keys;
}

absl::StatusOr<std::vector<storage::ConsentRow>> consents_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member) {
  absl::StatusOr<std::vector<storage::ConsentRow>> consents =
      storage::list_consents(connection, member.member_id);
  if (!consents.ok()) return consents;
  const auto parts = parts_of(connection, member);
  if (!parts.ok()) return parts.status();
  for (const storage::MemberRow& part : *parts) {
    auto more = storage::list_consents(connection, part.member_id);
    if (!more.ok()) return more.status();
    std::move(more->begin(), more->end(), std::back_inserter(*consents));
  }
  std::stable_sort(consents->begin(), consents->end(),
                   [](const auto& a, const auto& b) { return a.occurred_us < b.occurred_us; });
  return consents;
}

absl::StatusOr<std::vector<std::string>> tags_of_person(sqlite::Connection& connection,
                                                        const storage::MemberRow& member) {
  absl::StatusOr<std::vector<storage::MemberRow>> people = parts_of(connection, member);
  if (!people.ok()) return people.status();
  people->push_back(member);
  std::set<std::string> all;
  for (const storage::MemberRow& each : *people) {
    if (each.tag_count == 0) continue;
    const auto tags = storage::list_tags(connection, each.member_id);
    if (!tags.ok()) return tags.status();
    all.insert(tags->begin(), tags->end());
  }
  return std::vector<std::string>(all.begin(), all.end());
}

}  // namespace moadon
