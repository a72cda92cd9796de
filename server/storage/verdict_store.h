// What the rules said of sales, and what of it the ledger keeps now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/query.h"

namespace moadon::storage {

struct VerdictRow {
  int64_t member_id = 0;
  int64_t sale_id = 0;
  // The moment it was made for, in the branch's terms.
  int64_t occasion_day = 0;
  int64_t occasion_minute = 0;
  std::string verdict;       // v1.Quote without reasons and texts
  std::string facts;         // v1.MemberFacts
  int64_t lot_number = 0;    // that the sale began; 0: none
  int64_t earned_milli = 0;  // what it gave and returns have not taken back
  int64_t spent_milli = 0;   // what it spent and returns have not given back
};

absl::Status insert_verdict(Connection& connection, const VerdictRow& row);
// Writes lot, earned and spent.
absl::Status update_verdict(Connection& connection, const VerdictRow& row);
// Empty: the rules had nothing to say beyond prices.
absl::StatusOr<std::optional<VerdictRow>> find_verdict(Connection& connection, int64_t member_id,
                                                       int64_t sale_id);
absl::Status delete_verdict(Connection& connection, int64_t member_id, int64_t sale_id);

// Points of one lot that a sale spends.
struct SalePointsRow {
  int64_t lot_number = 0;
  int64_t points_milli = 0;
};

// By lot.
absl::StatusOr<std::vector<SalePointsRow>> list_sale_points(Connection& connection,
                                                            int64_t member_id, int64_t sale_id);
// 0 points have no row.
absl::Status keep_sale_points(Connection& connection, int64_t member_id, int64_t sale_id,
                              const SalePointsRow& row);

}  // namespace moadon::storage
