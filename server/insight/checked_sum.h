// Sums over the whole club, collected in 128 bits.
#pragma once

#include <cstdint>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"

namespace moadon {

// The sum where 64 bits hold it, else AMOUNT_OUT_OF_RANGE.
absl::StatusOr<int64_t> checked_sum(absl::int128 sum);

}  // namespace moadon
