// A member's tier and its moves, for verify: walked again and compared with what is kept.
#pragma once

#include <vector>

#include "server/operations/club_view.h"
#include "server/operations/plain_member.h"
#include "server/operations/plain_tiers.h"
#include "server/operations/verify_merges.h"
#include "server/storage/kept_promises_store.h"
#include "server/storage/tier_store.h"

namespace moadon {

// The tiers of all versions, from the days on which each decides.
std::vector<PlainTierVersion> plain_tier_versions(const ClubView& view);

// What is kept of one member's tiers.
struct KeptTiers {
  std::vector<storage::TierMoveRow> moves;
  std::vector<storage::TierLockRow> locks;
  std::vector<storage::TierGiftRow> gifts;
};

// Compares moves, tier, gifts and the next day. Of a member who is due, as of the day before that.
void compare_tiers(const storage::KeptStanding& standing, const KeptTiers& kept,
                   const PlainPerson& person, const std::vector<PlainTierVersion>& versions,
                   int64_t today, Comparison& compare);

}  // namespace moadon
