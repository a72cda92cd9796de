// Reads from the whole club what the fit of its lifecycle looks at.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/insight/club_scan.h"
#include "server/insight/purchase_histories.h"

namespace moadon {

// All members' purchase days, by id, a piece for each range of the scan.
absl::StatusOr<std::vector<PurchaseHistories>> read_histories(ClubScan& scan);

// What a member had kept, as of the end of a day, of the days of the window that ends with it.
struct WindowSum {
  int64_t spend_minor = 0;
  int32_t purchase_days = 0;
};

// Of the members who had bought by `day`, in the order of read_histories().
absl::StatusOr<std::vector<WindowSum>> read_window_sums(ClubScan& scan, int64_t day,
                                                        int64_t window_days);

}  // namespace moadon
