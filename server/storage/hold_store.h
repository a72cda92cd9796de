// Points and rights set aside for quotes. What a hold takes is also taken off the lots and rights
// themselves (held_milli, uses_held); here is whose it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

// A hold that has ended never changes again.
enum class HoldState { kOpen = 1, kUsed = 2, kCancelled = 3, kLapsed = 4 };

struct HoldRow {
  int64_t member_id = 0;
  int64_t hold_id = 0;
  std::string register_id;
  std::string request_id;  // its name in the register
  std::string digest;      // of what was asked for
  int64_t points_milli = 0;
  int64_t place_day = 0;  // the club's business date
  int64_t place_us = 0;
  int64_t expire_us = 0;  // from then on its agent owes an answer
  HoldState state = HoldState::kOpen;
  std::optional<int64_t> end_us;
};

// Points of one lot.
struct HoldPointsRow {
  int64_t lot_number = 0;
  int64_t points_milli = 0;
};

// Uses of one right; of a voucher an amount.
struct HoldRightRow {
  int64_t grant_id = 0;
  int64_t use_count = 1;
  int64_t amount_minor = 0;
};

absl::StatusOr<std::optional<HoldRow>> find_hold(Connection& connection, int64_t hold_id);
absl::StatusOr<std::optional<HoldRow>> find_hold_by_request(Connection& connection,
                                                            absl::string_view register_id,
                                                            absl::string_view request_id);
absl::Status insert_hold(Connection& connection, const HoldRow& row);
// Ends an open hold.
absl::Status end_hold(Connection& connection, const HoldRow& row, HoldState state, int64_t end_us);

// By lot, and by right. They stay after the hold's end.
absl::StatusOr<std::vector<HoldPointsRow>> list_hold_points(Connection& connection,
                                                            const HoldRow& hold);
absl::StatusOr<std::vector<HoldRightRow>> list_hold_rights(Connection& connection,
                                                           const HoldRow& hold);
absl::Status insert_hold_points(Connection& connection, const HoldRow& hold,
                                const HoldPointsRow& row);
absl::Status insert_hold_right(Connection& connection, const HoldRow& hold,
                               const HoldRightRow& row);

// Whether a register holds something of the member.
absl::StatusOr<bool> has_open_hold(Connection& connection, int64_t member_id);

// Open holds that expired by `now_us` and whose register was last heard of before `silent_since_us`
// (placing the hold counts), the longest expired first.
absl::StatusOr<std::vector<HoldRow>> list_silent_holds(Connection& connection, int64_t now_us,
                                                       int64_t silent_since_us, int limit);

}  // namespace moadon::storage
