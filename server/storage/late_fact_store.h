// Arrivals that changed the past, by the day they count from and the day they came.
#pragma once

#include <cstdint>
#include <optional>

#include "server/storage/query.h"

namespace moadon::storage {

absl::Status count_late_fact(Connection& connection, int64_t fact_day, int64_t receive_day,
                             int64_t receive_us);

struct LateFacts {
  int64_t count = 0;
  std::optional<int64_t> last_receive_us;
};
// Those that count from `day` or earlier and came after it.
absl::StatusOr<LateFacts> late_facts_until(Connection& connection, int64_t day);

}  // namespace moadon::storage
