// Members who are part of another.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/member_store.h"

namespace moadon {

// The member whom this one is part of now, or itself.
absl::StatusOr<storage::MemberRow> whole_person(sqlite::Connection& connection,
                                                storage::MemberRow member);

// The member whom this one was part of at an instant, or itself: whose a sale of that time is.
absl::StatusOr<storage::MemberRow> whole_person_at(sqlite::Connection& connection,
                                                   storage::MemberRow member, int64_t time_us);
// Everybody who is part of the member now, by the time of the merge, then by id.
absl::StatusOr<std::vector<storage::MemberRow>> parts_of(sqlite::Connection& connection,
                                                         const storage::MemberRow& member);

// MEMBER_MERGED of a member who is part of another.
absl::Status check_not_merged(const storage::MemberRow& member);
// Refuses what concerns a member's details: MEMBER_MERGED of one who is part of another,
// MEMBER_ERASED of one whose details were erased.
absl::Status check_keeps_details(const storage::MemberRow& member);

}  // namespace moadon
