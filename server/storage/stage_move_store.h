// Moves between stages, one per member and day.
#pragma once

#include <cstdint>
#include <vector>

#include "server/storage/query.h"

namespace moadon::storage {

struct StageMoveRow {
  int64_t move_day = 0;
  int from_stage = 0;  // v1::Stage
  int to_stage = 0;
  int reason = 0;  // v1::StageReason
  int64_t purchase_days = 0;
  int64_t silent_days = -1;
  int64_t rhythm_days_milli = 0;
  int64_t window_purchase_days = 0;
  int64_t window_spend_minor = 0;
  int64_t program_version = 0;

  bool operator==(const StageMoveRow&) const = default;
};

// Moves on `from_day` and later, oldest first.
absl::StatusOr<std::vector<StageMoveRow>> list_stage_moves(Connection& connection,
                                                           int64_t member_id, int64_t from_day);
// The last move before `day`; empty: none.
absl::StatusOr<std::optional<StageMoveRow>> last_stage_move_before(Connection& connection,
                                                                   int64_t member_id, int64_t day);
absl::Status insert_stage_move(Connection& connection, int64_t member_id, const StageMoveRow& move);
absl::Status delete_stage_moves_from(Connection& connection, int64_t member_id, int64_t from_day);

}  // namespace moadon::storage
