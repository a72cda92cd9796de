// The points a basket earns: rules.md ("Points"). Exact sums of amounts x factors, rounded down to
// the program's step once per earn rule. Used by one thread for one basket.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "rules/ready_program.h"

namespace moadon {

inline constexpr int64_t kMaxEarnedMilli = 1'000'000'000'000'000;  // by one sale

// What of each line earns.
struct EarningLines {
  const BasketLines& basket;
  const FilterMatches& matches;
  absl::Span<const int64_t> earning_minor;  // per line: paid net that earns
  LineSetView items;                        // lines whose units earn
};

class PointsEarned final {
 public:
  // By the rules for members with this tier (empty: none). `lines` must outlive this.
  PointsEarned(const ReadyProgram& program, const std::string& tier_id, const EarningLines& lines);

  int64_t total_milli() const { return total_milli_; }

  // Multiplies the points of the lines of a filter; returns how much that adds (or takes).
  int64_t multiply(const v1::PointsMultiplier& multiplier, int filter);

 private:
  struct Sum {
    const ReadyEarnRule* rule = nullptr;
    absl::int128 weighted = 0;    // amounts or thousandths of units, x factor in millionths
    absl::int128 per_unit = 0;    // points of a step are worth so much of `weighted` ...
    absl::int128 for_points = 0;  // ... for each of these
    int64_t step_milli = 0;
    int64_t visit_milli = 0;
  };

  int64_t earning_of(const ReadyEarnRule& rule, size_t line) const;
  Sum sum_of(const ReadyEarnRule& rule, int64_t step_milli) const;
  static int64_t points_of(const Sum& sum);
  int64_t sum_up() const;

  const EarningLines lines_;
  std::vector<Sum> sums_;
  std::vector<int64_t> factors_millionths_;  // per line; empty while nothing is multiplied
  int64_t total_milli_ = 0;
};

// What multipliers make of a basket's points.
struct MultipliedPoints {
  int64_t total_milli = 0;           // visits included, bonus not
  std::vector<int64_t> added_milli;  // by each, at its place
  std::vector<bool> is_idle;         // without these, all of them, the total is the same
};

// `multipliers` in their order. One that adds nothing at its place is idle, unless it takes several
// of those together to reach a step: they multiply together.
MultipliedPoints multiplied_points(const ReadyProgram& program, const std::string& tier_id,
                                   const EarningLines& lines,
                                   absl::Span<const ReadyBenefit* const> multipliers);

}  // namespace moadon
