#include "rules/points_earned.h"

#include <algorithm>
#include <utility>

namespace moadon {
namespace {

constexpr int64_t kOneMillionths = 1'000'000;            // a factor of one
constexpr int64_t kMaxFactorMillionths = 1'000'000'000;  // a thousand
constexpr int64_t kFullBps = 10'000;

int64_t rounded_down(absl::int128 points_milli, int64_t step_milli) {
  const absl::int128 steps = points_milli / step_milli * step_milli;
  return steps > kMaxEarnedMilli ? kMaxEarnedMilli : static_cast<int64_t>(steps);
}

}  // namespace

PointsEarned::PointsEarned(const ReadyProgram& program, const std::string& tier_id,
                           const EarningLines& lines)
    : lines_(lines) {
  const int64_t step_milli = program.program().points().point_step_milli();
  for (const ReadyEarnRule& rule : program.earn_rules()) {
    if (!rule.is_for(tier_id)) continue;
    Sum sum = sum_of(rule, step_milli == 0 ? kMilli : step_milli);
    if (sum.visit_milli > 0 || sum.weighted > 0) sums_.push_back(sum);
  }
  total_milli_ = sum_up();
}

int64_t PointsEarned::earning_of(const ReadyEarnRule& rule, size_t line) const {
  if (rule.rule->has_per_amount()) return lines_.earning_minor[line];
  return lines_.items.contains(line) ? lines_.basket.lines[line].quantity_milli : 0;
}

PointsEarned::Sum PointsEarned::sum_of(const ReadyEarnRule& rule, int64_t step_milli) const {
  Sum sum;
  sum.rule = &rule;
  sum.step_milli = step_milli;
  const LineSetView fitting = lines_.matches.lines_of(rule.filter);
  if (rule.rule->has_per_visit()) {
    if (!fitting.empty()) {
      sum.visit_milli = rounded_down(rule.rule->per_visit().points_milli(), step_milli);
    }
    return sum;
  }
  int64_t earning = 0;
  fitting.for_each([&](size_t i) { earning += earning_of(rule, i); });
  sum.weighted = absl::int128(earning) * kOneMillionths;
  if (rule.rule->has_per_amount()) {
    sum.for_points = rule.rule->per_amount().points_milli();
    sum.per_unit = absl::int128(rule.rule->per_amount().amount_minor()) * kOneMillionths;
  } else {
    sum.for_points = rule.rule->per_item().points_milli();
    sum.per_unit = absl::int128(kMilli) * kOneMillionths;
  }
  return sum;
}

int64_t PointsEarned::points_of(const Sum& sum) {
  if (sum.per_unit == 0) return sum.visit_milli;
  return rounded_down(sum.weighted * sum.for_points / sum.per_unit, sum.step_milli);
}

int64_t PointsEarned::sum_up() const {
  int64_t total_milli = 0;  // cannot overflow: a hundred rules of at most 10^15
  for (const Sum& sum : sums_) total_milli += points_of(sum);
  return std::min(total_milli, kMaxEarnedMilli);
}

int64_t PointsEarned::multiply(const v1::PointsMultiplier& multiplier, int filter) {
  if (sums_.empty()) return 0;
  factors_millionths_.resize(lines_.basket.lines.size(), kOneMillionths);
  lines_.matches.lines_of(filter).for_each([&](size_t i) {
    int64_t& factor = factors_millionths_[i];
    const int64_t multiplied =
        std::min(factor * multiplier.factor_bps() / kFullBps, kMaxFactorMillionths);
    for (Sum& sum : sums_) {
      if (sum.per_unit == 0 || !lines_.matches.lines_of(sum.rule->filter).contains(i)) continue;
      sum.weighted += absl::int128(earning_of(*sum.rule, i)) * (multiplied - factor);
    }
    factor = multiplied;
  });
  const int64_t before_milli = total_milli_;
  total_milli_ = sum_up();
  return total_milli_ - before_milli;
}

MultipliedPoints multiplied_points(const ReadyProgram& program, const std::string& tier_id,
                                   const EarningLines& lines,
                                   absl::Span<const ReadyBenefit* const> multipliers) {
  const auto multiply_but = [&](std::vector<bool> is_idle) {
    PointsEarned earned(program, tier_id, lines);
    MultipliedPoints result{0, std::vector<int64_t>(multipliers.size()), std::move(is_idle)};
    for (size_t i = 0; i < multipliers.size(); ++i) {
      if (result.is_idle[i]) continue;
      const ReadyBenefit& ready = *multipliers[i];
      result.added_milli[i] =
          earned.multiply(ready.benefit->effect().points_multiplier(), ready.filter);
    }
    result.total_milli = earned.total_milli();
    return result;
  };
  MultipliedPoints result = multiply_but(std::vector<bool>(multipliers.size()));
  while (true) {
    std::vector<bool> adds_nothing(multipliers.size());
    for (size_t i = 0; i < multipliers.size(); ++i) adds_nothing[i] = result.added_milli[i] == 0;
    if (adds_nothing == result.is_idle) return result;
    MultipliedPoints without = multiply_but(std::move(adds_nothing));
    if (without.total_milli != result.total_milli) return result;
    result = std::move(without);
  }
}

}  // namespace moadon
