#include "server/operations/person_profile.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "server/operations/detail_fields.h"
#include "server/operations/whole_person.h"
#include "server/storage/member_tag_store.h"

namespace moadon {
namespace {

// What `list(connection, member_id)` says of the member, then of each part.
template <typename Row>
absl::StatusOr<std::vector<Row>> rows_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member,
    absl::StatusOr<std::vector<Row>> (*list)(sqlite::Connection&, int64_t)) {
  absl::StatusOr<std::vector<Row>> rows = list(connection, member.member_id);
  if (!rows.ok()) return rows;
  const auto parts = parts_of(connection, member);
  if (!parts.ok()) return parts.status();
  for (const storage::MemberRow& part : *parts) {
    auto more = list(connection, part.member_id);
    if (!more.ok()) return more.status();
    std::move(more->begin(), more->end(), std::back_inserter(*rows));
  }
  return rows;
}

// Of rows about one field, the first word; in the order of the fields.
template <typename Row>
void keep_first_by(std::vector<Row>& rows, std::string Row::*field) {
  std::stable_sort(rows.begin(), rows.end(),
                   [field](const Row& a, const Row& b) { return a.*field < b.*field; });
  const auto last = std::unique(rows.begin(), rows.end(), [field](const Row& a, const Row& b) {
    return a.*field == b.*field;
  });
  rows.erase(last, rows.end());
}

}  // namespace

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
  return rows_of_person(connection, member, storage::list_keys);
}

absl::StatusOr<std::vector<storage::ConsentRow>> consents_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member) {
  auto consents = rows_of_person(connection, member, storage::list_consents);
  if (!consents.ok()) return consents;
  std::stable_sort(consents->begin(), consents->end(),
                   [](const auto& a, const auto& b) { return a.occurred_us < b.occurred_us; });
  return consents;
}

absl::StatusOr<std::vector<storage::CustomValueRow>> custom_values_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member) {
  auto values = rows_of_person(connection, member, storage::list_custom_values);
  if (values.ok()) keep_first_by(*values, &storage::CustomValueRow::field_id);
  return values;
}

absl::StatusOr<std::vector<storage::ConfirmationRow>> confirmations_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member) {
  auto confirmations = rows_of_person(connection, member, storage::list_confirmations);
  if (confirmations.ok()) keep_first_by(*confirmations, &storage::ConfirmationRow::field);
  return confirmations;
}

absl::StatusOr<std::vector<storage::AskRow>> asks_of_person(sqlite::Connection& connection,
                                                            const storage::MemberRow& member) {
  return rows_of_person(connection, member, storage::list_asks);
}

absl::StatusOr<std::vector<storage::NoteRow>> notes_of_person(sqlite::Connection& connection,
                                                              const storage::MemberRow& member) {
  auto notes = rows_of_person(connection, member, storage::list_notes);
  if (!notes.ok()) return notes;
  std::stable_sort(notes->begin(), notes->end(),
                   [](const auto& a, const auto& b) { return a.note_us < b.note_us; });
  return notes;
}

absl::StatusOr<std::vector<storage::SignRow>> signs_of_person(sqlite::Connection& connection,
                                                              const storage::MemberRow& member) {
  auto signs = rows_of_person(connection, member, storage::list_signs);
  if (!signs.ok()) return signs;
  std::stable_sort(signs->begin(), signs->end(),
                   [](const auto& a, const auto& b) { return a.sign_us < b.sign_us; });
  return signs;
}

absl::StatusOr<std::vector<std::string>> tags_of_person(sqlite::Connection& connection,
                                                        const storage::MemberRow& member) {
  if (member.merge_count == 0 && member.tag_count == 0) return std::vector<std::string>();
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
