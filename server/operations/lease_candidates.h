// Which rights a register should have with it when the network fails.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/operations/club_view.h"
#include "sqlite/connection.h"

namespace moadon {

// Among so many of those who bought at the branch last.
inline constexpr int kMaxLeaseBuyers = 5'000;
// A lease stays as long as its right is among so many times as many as a register takes, so that a
// purchase does not send leases to and fro.
inline constexpr int kLeaseReserve = 2;

struct LeaseCandidate {
  int64_t member_id = 0;  // whose the right is now
  int64_t grant_id = 0;
};

// Rights with a use left, valid within the time of a lease, of members whose last purchase was at
// the register's branch, the latest first. Each right of a branch goes to one of its registers, by
// a hash that stays when registers come and go. At most kLeaseReserve times as many as the register
// may take; none where the program leases none, or prices nothing without the server. Reads a
// snapshot: what is leased must be looked at again by the writer. Requires a program.
absl::StatusOr<std::vector<LeaseCandidate>> lease_candidates(sqlite::Connection& connection,
                                                             const ClubView& view,
                                                             const RegisterView& at,
                                                             int64_t now_us);

// How many rights the register may hold now, 0: none; and how long a lease from now on is good.
int32_t lease_limit(const ClubView& view, const RegisterView& at, int64_t now_us);
int64_t lease_time_us(const ClubView& view, int64_t now_us);

}  // namespace moadon
