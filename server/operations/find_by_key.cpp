#include "server/operations/find_by_key.h"

#include <optional>
#include <string>
#include <utility>

#include "identity/provisional_id.h"
#include "rules/refusal.h"
#include "server/operations/member_id.h"
#include "server/operations/whole_person.h"
#include "server/storage/provisional_store.h"

namespace moadon {
namespace {

// The only person of those who hold keys with this ending.
absl::StatusOr<storage::MemberRow> find_by_ending(sqlite::Connection& connection,
                                                  const std::string& ending) {
  const auto holders = storage::find_holders_by_ending(connection, ending);
  if (!holders.ok()) return holders.status();
  std::optional<storage::MemberRow> only;
  std::optional<int64_t> person_id;
  for (const int64_t holder_id : *holders) {
    const auto row = storage::find_member(connection, holder_id);
    if (!row.ok()) return row.status();
    if (!*row) return absl::InternalError("a key's member is not there");
    const auto whole = whole_person(connection, **row);
    if (!whole.ok()) return whole.status();
    if (person_id && *person_id != whole->member_id) {
      return refuse(v1::REASON_KEY_AMBIGUOUS, "several members end in these digits");
    }
    person_id = whole->member_id;
    if (!only) only = **row;
  }
  if (only) return *only;
  return refuse(v1::REASON_MEMBER_UNKNOWN, "no member holds this key");
}

}  // namespace

absl::StatusOr<storage::MemberRow> find_holder(sqlite::Connection& connection,
                                               const PresentedKey& presented) {
  for (const storage::KeyRow& key : presented.candidates) {
    const auto row = storage::find_member_by_key(connection, static_cast<int>(key.kind), key.value);
    if (!row.ok()) return row.status();
    if (*row) return **row;
  }
  if (!presented.ending.empty()) return find_by_ending(connection, presented.ending);
  return refuse(v1::REASON_MEMBER_UNKNOWN, "no member holds this key");
}

absl::StatusOr<storage::MemberRow> find_by_key(sqlite::Connection& connection,
                                               const PresentedKey& presented) {
  absl::StatusOr<storage::MemberRow> holder = find_holder(connection, presented);
  if (!holder.ok()) return holder;
  return whole_person(connection, *std::move(holder));
}

absl::StatusOr<std::optional<storage::MemberRow>> find_named(sqlite::Connection& connection,
                                                             const MemberName& named) {
  std::optional<int64_t> member_id = member_id_of(named.name);
  if (is_provisional_id(named.name)) {
    const auto enrolled = storage::find_provisional(connection, {named.register_id, named.name});
    if (!enrolled.ok()) return enrolled.status();
    member_id = *enrolled;
  }
  if (!member_id) return std::nullopt;
  return storage::find_member(connection, *member_id);
}

absl::StatusOr<storage::MemberRow> find_by_id(sqlite::Connection& connection,
                                              absl::string_view member_id) {
  if (const std::optional<int64_t> id = member_id_of(member_id); id) {
    const auto row = storage::find_member(connection, *id);
    if (!row.ok()) return row.status();
    if (*row) return **row;
  }
  return refuse(v1::REASON_MEMBER_UNKNOWN, "no such member");
}

absl::StatusOr<storage::MemberRow> find_whole(sqlite::Connection& connection,
                                              absl::string_view member_id) {
  absl::StatusOr<storage::MemberRow> member = find_by_id(connection, member_id);
  if (!member.ok()) return member;
  return whole_person(connection, *std::move(member));
}

}  // namespace moadon
