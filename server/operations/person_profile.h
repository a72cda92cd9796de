// Who somebody is, as far as they and those who are part of them said: of each detail the member's
// own word first, then that of those who became part of them, in the order of the merges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_field_store.h"
#include "server/storage/member_note_store.h"
#include "server/storage/member_sign_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// A member without merges costs one query each.
absl::StatusOr<storage::DetailsRow> details_of_person(sqlite::Connection& connection,
                                                      const storage::MemberRow& member);
absl::StatusOr<storage::NameAndContacts> name_and_contacts_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member);
// The member's own first.
absl::StatusOr<std::vector<storage::KeyRow>> keys_of_person(sqlite::Connection& connection,
                                                            const storage::MemberRow& member);
// Oldest first.
absl::StatusOr<std::vector<storage::ConsentRow>> consents_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member);
// In the order of their bytes.
absl::StatusOr<std::vector<std::string>> tags_of_person(sqlite::Connection& connection,
                                                        const storage::MemberRow& member);
// Of the owner's fields, and of every detail when it was last said.
absl::StatusOr<std::vector<storage::CustomValueRow>> custom_values_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member);
absl::StatusOr<std::vector<storage::ConfirmationRow>> confirmations_of_person(
    sqlite::Connection& connection, const storage::MemberRow& member);
// What any of them was asked for; a field may be there several times.
absl::StatusOr<std::vector<storage::AskRow>> asks_of_person(sqlite::Connection& connection,
                                                            const storage::MemberRow& member);
// Oldest first.
absl::StatusOr<std::vector<storage::NoteRow>> notes_of_person(sqlite::Connection& connection,
                                                              const storage::MemberRow& member);
absl::StatusOr<std::vector<storage::SignRow>> signs_of_person(sqlite::Connection& connection,
                                                              const storage::MemberRow& member);

}  // namespace moadon
