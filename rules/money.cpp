#include "rules/money.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace moadon {

absl::optional<int64_t> round_half_up(absl::int128 numerator, absl::int128 denominator) {
  // floor((2n + d) / 2d), and C++ division truncates toward zero.
  const absl::int128 doubled = 2 * numerator + denominator;
  const absl::int128 divisor = 2 * denominator;
  absl::int128 quotient = doubled / divisor;
  if (doubled % divisor < 0) --quotient;
  if (quotient > std::numeric_limits<int64_t>::max() ||
      quotient < std::numeric_limits<int64_t>::min()) {
    return absl::nullopt;
  }
  return static_cast<int64_t>(quotient);
}

int64_t percent_of(int64_t amount_minor, int64_t rate_bps) {
  constexpr int64_t kFullBps = 10'000;
  return round_half_up(absl::int128(amount_minor) * rate_bps, kFullBps).value();
}

absl::optional<int64_t> checked_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return absl::nullopt;
  return sum;
}

absl::optional<int64_t> line_value_minor(int64_t unit_price_minor, int64_t quantity_milli) {
  if (unit_price_minor < 0 || unit_price_minor > kMaxAmountMinor || quantity_milli < 0 ||
      quantity_milli > kMaxQuantityMilli) {
    return absl::nullopt;
  }
  const auto value = round_half_up(absl::int128(unit_price_minor) * quantity_milli, kMilli);
  if (!value || *value > kMaxAmountMinor) return absl::nullopt;
  return value;
}

int64_t refund_of(int64_t paid_net_minor, int64_t returned_milli, int64_t sold_milli) {
  const auto refund = round_half_up(absl::int128(paid_net_minor) * returned_milli, sold_milli);
  return refund.value();
}

std::vector<int64_t> split_by_weight(int64_t amount_minor, absl::Span<const int64_t> weights) {
  std::vector<int64_t> parts(weights.size(), 0);
  const absl::int128 total = std::accumulate(weights.begin(), weights.end(), absl::int128(0));
  if (total == 0) return parts;
  const bool negative = amount_minor < 0;
  const absl::int128 amount = negative ? -absl::int128(amount_minor) : absl::int128(amount_minor);
  std::vector<absl::int128> remainders(weights.size());
  absl::int128 given = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const absl::int128 share = amount * weights[i];
    parts[i] = static_cast<int64_t>(share / total);
    remainders[i] = share % total;
    given += parts[i];
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  const auto left = static_cast<size_t>(amount - given);  // fewer than there are parts
  for (size_t i = 0; i < left; ++i) ++parts[order[i]];
  if (negative) {
    for (int64_t& part : parts) part = -part;
  }
  return parts;
}

}  // namespace moadon
