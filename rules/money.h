// Money, quantities and rates: integers with checked arithmetic and named limits.
//
// Amounts are minor units (agorot, cents), quantities thousandths, rates basis points. Arithmetic
// is done in 128 bits and checked when it comes back to 64. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"

namespace moadon {

// The limits that sale.proto promises.
inline constexpr int64_t kMaxAmountMinor =
    1'000'000'000'000;  // a price, discount, tender or line value
inline constexpr int64_t kMaxSumMinor = 10'000'000'000'000;   // a basket
inline constexpr int64_t kMaxQuantityMilli = 10'000'000'000;  // one line
inline constexpr int64_t kMilli = 1000;

// numerator / denominator rounded half up (toward plus infinity at the half), the only rounding of
// the system. denominator > 0. Empty when the result does not fit 64 bits.
absl::optional<int64_t> round_half_up(absl::int128 numerator, absl::int128 denominator);

// So many basis points of an amount, rounded half up. Requires 0 <= amount <= kMaxSumMinor and
// 0 <= rate <= 10000.
int64_t percent_of(int64_t amount_minor, int64_t rate_bps);

// a + b, empty on overflow.
absl::optional<int64_t> checked_add(int64_t a, int64_t b);

// List price x quantity, rounded half up once. Empty when it is over kMaxAmountMinor or an argument
// is outside its limits.
absl::optional<int64_t> line_value_minor(int64_t unit_price_minor, int64_t quantity_milli);

// The part of `paid_net_minor` that goes back with the first `returned` of `sold` units: round(paid
// net x q / Q). Requires 0 <= returned <= sold, sold > 0, 0 <= paid net <= kMaxSumMinor.
int64_t refund_of(int64_t paid_net_minor, int64_t returned_milli, int64_t sold_milli);

// Splits `amount_minor` over parts by their weights, largest remainder first, ties to the earlier
// part. The parts sum to the whole. Weights are not negative; with all weights zero every part is
// zero unless amount is zero too, so callers must not ask to split something over nothing. Requires
// |amount| and the sum of weights <= kMaxSumMinor.
std::vector<int64_t> split_by_weight(int64_t amount_minor, absl::Span<const int64_t> weights);

}  // namespace moadon
