// A member's tier and its moves, kept step by step: always what rules/tier.h makes of all facts.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/tier.h"
#include "server/operations/club_view.h"
#include "server/storage/member_store.h"
#include "server/storage/tier_store.h"

namespace moadon {

// The member's whole path through `today`, from facts and locks as written. Reads nothing, and
// finds no tier, where no program version has tiers. `row` must know of the member's returns
// (last_return_day) and merges (merge_count).
absl::StatusOr<TierPath> tier_path_of(sqlite::Connection& connection, const ClubView& view,
                                      const storage::MemberRow& row, int64_t today);

// Puts the moves of the path in the place of those that are kept, writing only what differs, and
// brings the row to date; the row itself is the caller's to write.
absl::Status keep_tier(sqlite::Connection& connection, const TierPath& path,
                       storage::MemberRow& row);

}  // namespace moadon
