// Tiers of members: moves, locks, entry gifts. The tier now is in the member's row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct TierMoveRow {
  int64_t move_day = 0;
  std::string from_tier_id;  // empty: none
  std::string to_tier_id;
  int reason = 0;  // v1::TierReason
  int64_t window_spend_minor = 0;
  int64_t window_purchase_days = 0;
  int64_t program_version = 0;

  bool operator==(const TierMoveRow&) const = default;
};

// Oldest first; their positions count from 1.
absl::StatusOr<std::vector<TierMoveRow>> list_tier_moves(Connection& connection, int64_t member_id);
absl::Status insert_tier_move(Connection& connection, int64_t member_id, int64_t position,
                              const TierMoveRow& move);
absl::Status delete_tier_moves_from(Connection& connection, int64_t member_id, int64_t position);

// A decision to keep the member at a tier or above on from_day..until_day.
struct TierLockRow {
  std::string request_id;
  std::string tier_id;
  int64_t from_day = 0;
  int64_t until_day = 0;
  std::string note;
  std::string actor;
};

// Oldest first; their positions count from 1.
absl::StatusOr<std::vector<TierLockRow>> list_tier_locks(Connection& connection, int64_t member_id);
absl::Status insert_tier_lock(Connection& connection, int64_t member_id, int64_t position,
                              const TierLockRow& lock);

// An entry gift as given: a right or points, or neither, when the tier gives nothing.
struct TierGiftRow {
  std::string tier_id;
  int64_t given_day = 0;
  int64_t grant_id = 0;    // 0: no right
  int64_t lot_number = 0;  // 0: no points
  int64_t points_milli = 0;
  std::optional<int64_t> withdrawn_day;  // taken back, because the rise was undone
};

// By tier.
absl::StatusOr<std::vector<TierGiftRow>> list_tier_gifts(Connection& connection, int64_t member_id);
absl::Status insert_tier_gift(Connection& connection, int64_t member_id, const TierGiftRow& gift);
// Writes everything but the tier.
absl::Status update_tier_gift(Connection& connection, int64_t member_id, const TierGiftRow& gift);

}  // namespace moadon::storage
