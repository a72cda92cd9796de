#include "server/insight/checked_sum.h"

#include <limits>

#include "rules/refusal.h"

namespace moadon {

absl::StatusOr<int64_t> checked_sum(absl::int128 sum) {
  if (sum < std::numeric_limits<int64_t>::min() || sum > std::numeric_limits<int64_t>::max()) {
    return refuse(v1::REASON_AMOUNT_OUT_OF_RANGE, "a sum over the club does not fit 64 bits",
                  {{"field", "sum"}, {"limit", "63 bits and a sign"}});
  }
  return static_cast<int64_t>(sum);
}

}  // namespace moadon
