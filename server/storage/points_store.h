// A member's points: lots and the ledger's entries. Deficit and last entry number are in the
// member's row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct PointsLotRow {
  int64_t lot_number = 0;
  std::string source;
  int64_t usable_day = 0;
  std::optional<int64_t> expire_day;  // empty: never
  int64_t granted_milli = 0;
  int64_t left_milli = 0;
  int64_t held_milli = 0;
  int64_t spent_milli = 0;
  int64_t expired_milli = 0;
  int64_t reversed_milli = 0;
  int64_t deficit_paid_milli = 0;
};

struct PointsEntryRow {
  int64_t entry_number = 0;
  int64_t entry_day = 0;
  int kind = 0;  // v1::PointsEntryKind
  int64_t points_milli = 0;
  std::string source;
  int64_t lot_number = 0;  // 0: a deficit
  int64_t record_us = 0;
  std::string note;  // of a decision; read only
  std::string actor;
};

// Lots with something left or held, by number.
absl::StatusOr<std::vector<PointsLotRow>> list_live_lots(Connection& connection, int64_t member_id);
// All lots ever, by number.
absl::StatusOr<std::vector<PointsLotRow>> list_lots(Connection& connection, int64_t member_id);
absl::StatusOr<std::optional<PointsLotRow>> find_lot(Connection& connection, int64_t member_id,
                                                     int64_t lot_number);
// New, or in the place of the one with its number.
absl::Status keep_lot(Connection& connection, int64_t member_id, const PointsLotRow& lot);

absl::Status insert_points_entry(Connection& connection, int64_t member_id,
                                 const PointsEntryRow& entry);
// In the order of recording, after `after_number`.
absl::StatusOr<std::vector<PointsEntryRow>> list_points_entries(Connection& connection,
                                                                int64_t member_id,
                                                                int64_t after_number, int limit);

// What one source's entries of a kind sum to in one lot.
absl::StatusOr<int64_t> sum_points_entries(Connection& connection, int64_t member_id,
                                           absl::string_view source, int kind, int64_t lot_number);

}  // namespace moadon::storage
