// A member's points, for verify: the ledger read again from its entries, and held against what
// sales, returns, gifts, holds and decisions call for.
#pragma once

#include <vector>

#include "server/operations/club_view.h"
#include "server/operations/plain_member.h"
#include "server/operations/verify_verdicts.h"
#include "server/storage/kept_promises_store.h"
#include "server/storage/merge_store.h"
#include "server/storage/tier_store.h"

namespace moadon {

// What one member's ledger is compared with.
struct LedgerFacts {
  const std::vector<PlainPromise>& promises;
  const std::vector<storage::TierGiftRow>& gifts;
  const std::vector<storage::MergeRow>& merges;  // that the member had a part in
  int64_t today = 0;
};

void compare_ledger(const ClubView& view, const storage::KeptPromises& kept,
                    const LedgerFacts& facts, Comparison& compare);

}  // namespace moadon
