#include "server/insight/churn_proposal.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "rules/money.h"
#include "server/insight/gap_quantiles.h"
#include "server/insight/ranking.h"
#include "server/insight/return_curve.h"
#include "server/insight/standing_date.h"

namespace moadon {
namespace {

// Candidates for the club's gap: from the short to the long of the gaps that the club really has.
constexpr std::array kGapShares = {0.25, 0.5, 0.75, 0.9};
// Candidates for its weight, in gaps of the member: from believing the member at once to hardly
// ever.
constexpr std::array<int64_t, 7> kWeights = {1, 2, 3, 5, 8, 12, 20};
// A factor below one would call members leavers on the day they are expected.
constexpr int64_t kLeastFactorMilli = 1000;
constexpr int64_t kFactorStepMilli = 50;
constexpr int64_t kMostFactorMilli = 50'000;
constexpr int64_t kDaysPerWeek = 7;

// The cut that tells most members right. Who ranks at or below it is told to come back.
class Cut final {
 public:
  explicit Cut(size_t steps) : gains_(steps + 1, 0.0) {}

  // Of a member whom cuts from `step` on tell to come back, with the chance that they do.
  void add(size_t step, double return_chance, double weight) {
    if (step < gains_.size()) gains_[step] += (2 * return_chance - 1) * weight;
  }

  // At least `least`. Of equally good ones the first.
  size_t best(size_t least) const {
    double sum = 0;
    double best_sum = 0;
    size_t best = least;
    for (size_t step = 0; step < gains_.size(); ++step) {
      sum += gains_[step];
      if (step < least) continue;
      if (step == least || sum > best_sum) {
        best_sum = sum;
        best = step;
      }
    }
    return best;
  }

 private:
  std::vector<double> gains_;
};

double area_of(const StageNumbers& numbers, const StandingDate& date) {
  RankClasses classes;
  for (const StandingMember& member : date.members) {
    classes.add(silence_ratio(numbers, member), member.is_back);
  }
  return classes.area();
}

// The candidate that ranks best, `current` among them.
StageNumbers best_ranking(absl::Span<const PurchaseHistories> histories,
                          absl::Span<const StandingDate> dates, const StageNumbers& current,
                          int64_t day) {
  const auto mean_area = [&](const StageNumbers& numbers) {
    double sum = 0;
    for (const StandingDate& date : dates) sum += area_of(numbers, date);
    return sum / static_cast<double>(dates.size());
  };
  StageNumbers best = current;
  double best_area = mean_area(current);
  std::vector<int64_t> gaps = gap_quantiles(histories, day, kGapShares);
  gaps.erase(std::unique(gaps.begin(), gaps.end()), gaps.end());
  for (const int64_t gap_days : gaps) {
    for (const int64_t weight : kWeights) {
      StageNumbers candidate = current;
      candidate.club_gap_days_milli = std::max<int64_t>(gap_days, 1) * kMilli;
      candidate.prior_weight_milli = weight * kMilli;
      const double area = mean_area(candidate);
      if (area <= best_area) continue;
      best_area = area;
      best = candidate;
    }
  }
  return best;
}

// Chance that the member bought within the horizon, as far as it is known.
double return_chance(const ReturnCurve& curve, const StageNumbers& numbers,
                     const StandingDate& date, const StandingMember& member, int64_t horizon_days) {
  if (member.is_back) return 1;
  if (date.observed_days >= horizon_days) return 0;
  const double rhythm = rhythm_days(numbers, member);
  return curve.return_chance(static_cast<double>(member.silent_days + date.observed_days) / rhythm,
                             static_cast<double>(member.silent_days + horizon_days) / rhythm);
}

}  // namespace

std::vector<int64_t> standing_offsets(int64_t history_days, int64_t horizon_days) {
  const int64_t half = history_days / 2;
  std::vector<int64_t> offsets;
  for (int i = 0; i < kStandings; ++i) {
    offsets.push_back(half >= horizon_days ? horizon_days + (half - horizon_days) * i / 2
                                           : half - half * i / 4);
  }
  return offsets;
}

absl::StatusOr<ChurnProposal> propose_churn(absl::Span<const PurchaseHistories> histories,
                                            const StageNumbers& current, const FitPeriod& period) {
  const int64_t day = period.calibration_end_day;
  const int64_t horizon_days = period.horizon_days;
  std::vector<StandingDate> dates;
  for (const int64_t offset : standing_offsets(period.history_days(), horizon_days)) {
    dates.push_back(stand_at(histories, day - offset, std::min(offset, horizon_days)));
    absl::Status enough = check_returns(dates.back());
    if (!enough.ok()) return enough;
  }
  ChurnProposal proposal;
  proposal.numbers = best_ranking(histories, dates, current, day);
  const ReturnCurve curve(count_gaps(histories, proposal.numbers, day));
  Cut factors(kMostFactorMilli / kFactorStepMilli);
  Cut weeks(static_cast<size_t>(period.history_days() / kDaysPerWeek));
  for (const StandingDate& date : dates) {
    const double weight = 1 / static_cast<double>(std::max<size_t>(date.members.size(), 1));
    for (const StandingMember& member : date.members) {
      const double chance = return_chance(curve, proposal.numbers, date, member, horizon_days);
      const double ratio_steps =
          silence_ratio(proposal.numbers, member) * kMilli / kFactorStepMilli;
      factors.add(static_cast<size_t>(std::ceil(ratio_steps)), chance, weight);
      weeks.add(static_cast<size_t>(member.silent_days / kDaysPerWeek) + 1, chance, weight);
    }
  }
  proposal.numbers.churn_factor_milli =
      static_cast<int64_t>(factors.best(kLeastFactorMilli / kFactorStepMilli)) * kFactorStepMilli;
  proposal.last_weeks = static_cast<int64_t>(weeks.best(1));
  return proposal;
}

}  // namespace moadon
