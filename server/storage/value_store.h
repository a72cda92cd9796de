// What reports on the club's value read in bulk: sums of spend, points outstanding.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/storage/member_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

// Members who bought and kept something and are not part of another, after `after_id`, in the order
// of ids.
absl::StatusOr<std::vector<MemberRow>> list_buyers(Connection& connection, int64_t after_id,
                                                   int limit);

// Business dates from `first` through `last`.
struct DaySpan {
  int64_t first = 0;
  int64_t last = 0;
};

// Calls `take(spend_minor)` for what each member with an id in (after_id, until_id] kept of each
// purchase day in `days`; returns without receipt are in it.
absl::Status scan_spend(Connection& connection, int64_t after_id, int64_t until_id,
                        const DaySpan& days, absl::FunctionRef<void(int64_t)> take);
// The same of sales, and less what came back of them, of nobody.
absl::Status scan_spend_of_nobody(Connection& connection, const DaySpan& days,
                                  absl::FunctionRef<void(int64_t)> take);

// A lot of which something is left or held.
struct LiveLot {
  int64_t usable_day = 0;
  std::optional<int64_t> expire_day;  // empty: never
  int64_t left_milli = 0;
  int64_t held_milli = 0;
};
// All such lots of members with ids in (after_id, until_id].
absl::Status scan_live_lots(Connection& connection, int64_t after_id, int64_t until_id,
                            absl::FunctionRef<void(const LiveLot&)> take);
// Calls `take(deficit_milli)` for those of them who owe points.
absl::Status scan_deficits(Connection& connection, int64_t after_id, int64_t until_id,
                           absl::FunctionRef<void(int64_t)> take);

}  // namespace moadon::storage
