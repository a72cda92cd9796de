// The member who holds a key as presented.
#pragma once

#include "absl/status/statusor.h"
#include "server/operations/member_key.h"
#include "server/storage/member_store.h"

namespace moadon {

// Candidates in their order, else the only member with these last digits.
// Reasons: MEMBER_UNKNOWN, KEY_AMBIGUOUS (several members end so).
absl::StatusOr<storage::MemberRow> find_by_key(sqlite::Connection& connection,
                                               const PresentedKey& presented);

}  // namespace moadon
