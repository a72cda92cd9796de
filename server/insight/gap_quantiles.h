// How long the gaps of a club are.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/insight/purchase_histories.h"

namespace moadon {

// The gaps between purchase days as of `day` that `shares` of all gaps are not longer than. Growing
// shares in 0 to 1. Zeros without gaps.
std::vector<int64_t> gap_quantiles(absl::Span<const PurchaseHistories> histories, int64_t day,
                                   absl::Span<const double> shares);

}  // namespace moadon
