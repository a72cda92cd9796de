// The member who holds a key as presented, or has an id.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "identity/normal_key.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// Candidates in their order, else the only member with these last digits; whose the key is by its
// row, whether or not they are part of another.
// Reasons: MEMBER_UNKNOWN, KEY_AMBIGUOUS (several members end so).
absl::StatusOr<storage::MemberRow> find_holder(sqlite::Connection& connection,
                                               const PresentedKey& presented);
// The same, as whole a person as merges made them.
absl::StatusOr<storage::MemberRow> find_by_key(sqlite::Connection& connection,
                                               const PresentedKey& presented);

// How a document of a register names a member: by an id, or by the provisional id of somebody whom
// the register enrolled.
struct MemberName {
  std::string register_id;
  std::string name;
};
// The member, part of another or not; empty: nobody.
absl::StatusOr<std::optional<storage::MemberRow>> find_named(sqlite::Connection& connection,
                                                             const MemberName& named);

// The member with this id, part of another or not, or MEMBER_UNKNOWN.
absl::StatusOr<storage::MemberRow> find_by_id(sqlite::Connection& connection,
                                              absl::string_view member_id);

// The same, as whole a person as merges made them.
absl::StatusOr<storage::MemberRow> find_whole(sqlite::Connection& connection,
                                              absl::string_view member_id);

}  // namespace moadon
