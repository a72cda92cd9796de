#include "rules/money.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "absl/container/inlined_vector.h"

namespace moadon {
namespace {

// floor((2n + d) / 2d); C++ division truncates toward zero.
template <typename Integer>
Integer floor_of_half_up(Integer numerator, Integer denominator) {
  const Integer doubled = 2 * numerator + denominator;
  const Integer divisor = 2 * denominator;
  return doubled / divisor - (doubled % divisor < 0 ? 1 : 0);
}

// A part of a split that is not sure of its last unit.
template <typename Integer>
struct Remainder {
  Integer size;
  size_t part;
};

// Integer holds amount x the largest weight.
template <typename Integer>
void split(Integer amount, Integer total, absl::Span<const int64_t> weights,
           std::vector<int64_t>& parts) {
  absl::InlinedVector<Remainder<Integer>, 32> remainders(weights.size());
  Integer left = amount;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Integer share = amount * weights[i];
    parts[i] = static_cast<int64_t>(share / total);
    remainders[i] = {share % total, i};
    left -= parts[i];
  }
  if (left == 0) return;
  const auto count = static_cast<ptrdiff_t>(left);  // fewer than there are parts
  std::nth_element(remainders.begin(), remainders.begin() + (count - 1), remainders.end(),
                   [](const Remainder<Integer>& a, const Remainder<Integer>& b) {
                     return a.size != b.size ? a.size > b.size : a.part < b.part;
                   });
  for (ptrdiff_t i = 0; i < count; ++i) ++parts[remainders[static_cast<size_t>(i)].part];
}

}  // namespace

absl::optional<int64_t> round_half_up(absl::int128 numerator, absl::int128 denominator) {
  // Most of what a till prices fits the machine's own integers, which are much faster.
  constexpr absl::int128 kSmall = int64_t{1} << 61;
  if (-kSmall < numerator && numerator < kSmall && denominator < kSmall) {
    return floor_of_half_up(static_cast<int64_t>(numerator), static_cast<int64_t>(denominator));
  }
  const absl::int128 quotient = floor_of_half_up(numerator, denominator);
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
  // amount x total bounds every share.
  if (amount * total <= std::numeric_limits<int64_t>::max()) {
    split(static_cast<int64_t>(amount), static_cast<int64_t>(total), weights, parts);
  } else {
    split(amount, total, weights, parts);
  }
  if (negative) {
    for (int64_t& part : parts) part = -part;
  }
  return parts;
}

}  // namespace moadon
