// Rights that members were granted, and their uses by sales.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct RightRow {
  int64_t grant_id = 0;
  std::string right_id;
  std::string source;    // as PointsEntry.source
  int64_t sale_id = 0;   // that granted it; 0: none
  int64_t position = 0;  // in the verdict's rights_granted, from 1; 0: no sale granted it
  int64_t granted_day = 0;
  int64_t from_day = 0;
  std::optional<int64_t> until_day;  // empty: without end
  int64_t use_count = 1;             // as granted
  int64_t amount_minor = 0;          // as granted; 0: a coupon
  bool is_single_use = false;        // a voucher whose rest is lost at its first use
  int64_t uses_left = 0;
  int64_t amount_left_minor = 0;
  int64_t uses_held = 0;
  int64_t amount_held_minor = 0;
  std::optional<int64_t> withdrawn_day;
  int64_t record_us = 0;
};

// With a use left and not withdrawn, the first to end first.
absl::StatusOr<std::vector<RightRow>> list_live_rights(Connection& connection, int64_t member_id);
// All ever granted, oldest first.
absl::StatusOr<std::vector<RightRow>> list_rights(Connection& connection, int64_t member_id);
absl::StatusOr<std::optional<RightRow>> find_right(Connection& connection, int64_t member_id,
                                                   int64_t grant_id);
// New, or in the place of the one with its id.
absl::Status keep_right(Connection& connection, int64_t member_id, const RightRow& right);

// What a sale used.
struct RightUseRow {
  int64_t sale_id = 0;
  int64_t position = 0;  // in the verdict's rights_used, from 1
  int64_t grant_id = 0;
  int64_t use_count = 0;     // that was there: 0 or 1
  int64_t amount_minor = 0;  // that was taken
  bool is_standing = true;   // some unit that carried it is kept
};

// By position.
absl::StatusOr<std::vector<RightUseRow>> list_right_uses(Connection& connection, int64_t member_id,
                                                         int64_t sale_id);
absl::Status keep_right_use(Connection& connection, int64_t member_id, const RightUseRow& use);

}  // namespace moadon::storage
