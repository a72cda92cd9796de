#include "rules/money.h"

#include <rapidcheck.h>

#include <numeric>

#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("rounding is half up, also below zero") {
  const struct {
    int64_t numerator, denominator, expect;
  } cases[] = {{5, 10, 1},   {4, 10, 0},    {15, 10, 2},   {14, 10, 1}, {-5, 10, 0},
               {-6, 10, -1}, {-15, 10, -1}, {-16, 10, -2}, {0, 7, 0},   {1704, 1, 1704}};
  for (const auto& c : cases) {
    CAPTURE(c.numerator, c.denominator);
    CHECK(round_half_up(c.numerator, c.denominator) == c.expect);
  }
}

TEST_CASE("rounding says when the result does not fit") {
  CHECK_FALSE(round_half_up(absl::int128(INT64_MAX) + 1, 1).has_value());
  CHECK(round_half_up(absl::int128(INT64_MAX), 1) == INT64_MAX);
}

TEST_CASE("a line's value is list price times quantity, rounded once") {
  CHECK(line_value_minor(1000, 347) == 347);   // 0.347 kg at 10.00
  CHECK(line_value_minor(1290, 347) == 448);   // 447.63
  CHECK(line_value_minor(255, 6000) == 1530);  // 6 x 2.55
  CHECK(line_value_minor(1, 500) == 1);        // half up
  CHECK(line_value_minor(1, 499) == 0);
  CHECK(line_value_minor(0, 1) == 0);
}

TEST_CASE("a line's value keeps its limits") {
  CHECK(line_value_minor(kMaxAmountMinor, kMilli) == kMaxAmountMinor);
  CHECK_FALSE(line_value_minor(kMaxAmountMinor, kMilli + 1).has_value());
  CHECK_FALSE(line_value_minor(kMaxAmountMinor + 1, 1).has_value());
  CHECK_FALSE(line_value_minor(-1, kMilli).has_value());
  CHECK_FALSE(line_value_minor(1, -1).has_value());
  CHECK_FALSE(line_value_minor(1, kMaxQuantityMilli + 1).has_value());
}

TEST_CASE("refunds of the parts sum to the whole") {
  CHECK(rc::check("any split", [] {
    const auto paid = *rc::gen::inRange<int64_t>(0, 1'000'000);
    const auto sold = *rc::gen::inRange<int64_t>(1, 20'000);
    const auto middle = *rc::gen::inRange<int64_t>(0, sold + 1);
    const int64_t first = refund_of(paid, middle, sold);
    const int64_t rest = refund_of(paid, sold, sold) - first;
    RC_ASSERT(first + rest == paid);
    RC_ASSERT(first >= 0);
    RC_ASSERT(rest >= 0);
  }));
}

TEST_CASE("splitting gives the largest remainders first, ties to the earlier part") {
  CHECK(split_by_weight(100, {1, 1, 1}) == std::vector<int64_t>{34, 33, 33});
  CHECK(split_by_weight(2, {1, 1, 1}) == std::vector<int64_t>{1, 1, 0});
  CHECK(split_by_weight(10, {1, 2, 7}) == std::vector<int64_t>{1, 2, 7});
  CHECK(split_by_weight(5, {0, 3, 3}) == std::vector<int64_t>{0, 3, 2});
  CHECK(split_by_weight(-100, {1, 1, 1}) == std::vector<int64_t>{-34, -33, -33});
  CHECK(split_by_weight(0, {0, 0}) == std::vector<int64_t>{0, 0});
}

TEST_CASE("parts of a split sum to the whole and stay near their share") {
  CHECK(rc::check("any amount and weights", [] {
    const auto amount = *rc::gen::inRange<int64_t>(-1'000'000, 1'000'000);
    auto weights = *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 10'000));
    weights.push_back(1);
    const std::vector<int64_t> parts = split_by_weight(amount, weights);
    RC_ASSERT(std::accumulate(parts.begin(), parts.end(), int64_t{0}) == amount);
    const int64_t total = std::accumulate(weights.begin(), weights.end(), int64_t{0});
    for (size_t i = 0; i < parts.size(); ++i) {
      const absl::int128 exact = absl::int128(amount) * weights[i];
      const absl::int128 off = absl::int128(parts[i]) * total - exact;
      RC_ASSERT(off > -total);
      RC_ASSERT(off < total);
    }
  }));
}

TEST_CASE("checked addition says when it overflows") {
  CHECK(checked_add(1, 2) == 3);
  CHECK_FALSE(checked_add(INT64_MAX, 1).has_value());
  CHECK_FALSE(checked_add(INT64_MIN, -1).has_value());
}

}  // namespace
}  // namespace moadon
