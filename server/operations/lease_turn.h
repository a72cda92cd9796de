// The leases of one register from one turn to the next, in the writer's hands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/operations/lease_candidates.h"
#include "server/storage/lease_store.h"
#include "sqlite/connection.h"

namespace moadon {

// A right that was called back is leased to nobody for so long after it is free, so that whoever
// was refused it can have it.
inline constexpr absl::Duration kLeaseRest = absl::Minutes(15);

struct LeaseTerms {
  size_t right_limit = 0;  // how many the register may hold
  int64_t lease_us = 0;    // how long from now
  int64_t now_us = 0;
};

// What a new turn leaves the register with, called back or not. Leases that it does not keep are
// free: it has no use of them under way, and will make none. Those it keeps stay; the ones that are
// no candidates are called back, the others last longer. Then candidates that nobody has leased or
// set aside are leased to it, in their order, up to the limit.
absl::StatusOr<std::vector<storage::LeaseRow>> turn_leases(
    sqlite::Connection& connection, const std::string& register_id, const LeaseTerms& terms,
    const absl::flat_hash_set<int64_t>& kept, const std::vector<LeaseCandidate>& candidates);

// Whether another register has leased the right. If so it is called back: a register that is in
// contact gives it up in its next turns.
absl::StatusOr<bool> call_back(sqlite::Connection& connection, const std::string& register_id,
                               const LeaseCandidate& right);

// Frees everything a register was given: whatever it still does is not allowed any more.
absl::Status free_leases_of(sqlite::Connection& connection, const std::string& register_id);

}  // namespace moadon
