#include "server/insight/churn_proposal.h"

#include <cmath>
#include <random>
#include <vector>

#include "server/insight/gap_quantiles.h"
#include "server/insight/leaver_score.h"
#include "server/insight/ranking.h"
#include "server/insight/return_curve.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int64_t kStart = 18000;

// A club of members who join over `days`, buy every so often and leave after a while.
std::vector<PurchaseHistories> made_club(int members, int days, double mean_gap, double spread) {
  std::mt19937 dice(99);
  std::vector<PurchaseHistories> club(3);
  for (int i = 0; i < members; ++i) {
    const double pace = mean_gap * std::exp(std::normal_distribution<>(0, 0.5)(dice));
    double day = std::uniform_real_distribution<>(0, days * 0.7)(dice);
    const double leaves = day + std::exponential_distribution<>(1.0 / 250)(dice);
    std::vector<int64_t> bought;
    while (day < days && (bought.empty() || day < leaves)) {
      bought.push_back(kStart + static_cast<int64_t>(day));
      day += std::max(1.0, std::normal_distribution<>(pace, spread * pace)(dice));
    }
    club[i % 3].add_plain(bought);
  }
  return club;
}

FitPeriod period_of(int64_t history_days, int64_t horizon_days) {
  FitPeriod period;
  period.first_day = kStart;
  period.calibration_end_day = kStart + history_days;
  period.horizon_days = horizon_days;
  return period;
}

double accuracy(const StageNumbers& numbers, const StandingDate& date) {
  return score_stages(numbers, date).accuracy_bps() / 1e4;
}

// The best that any factor reaches with the same ranking, looking at the answers.
double best_accuracy(StageNumbers numbers, const StandingDate& date) {
  double best = 0;
  for (numbers.churn_factor_milli = 500; numbers.churn_factor_milli < 20000;
       numbers.churn_factor_milli += 100) {
    best = std::max(best, accuracy(numbers, date));
  }
  return best;
}

struct MadeClub {
  double mean_gap;
  double spread;
  int64_t history_days;
  int64_t horizon_days;
};

TEST_CASE("proposed numbers are nearly the best that could be known, in clubs of any rhythm") {
  const std::vector<MadeClub> clubs = {
      {7, 0.3, 400, 60}, {30, 0.3, 500, 150}, {30, 0.9, 500, 150}, {60, 0.5, 300, 250}};
  for (const MadeClub& made : clubs) {
    INFO("gap " << made.mean_gap << ", spread " << made.spread);
    const int days = static_cast<int>(made.history_days + made.horizon_days);
    const auto club = made_club(1500, days, made.mean_gap, made.spread);
    const FitPeriod period = period_of(made.history_days, made.horizon_days);
    const auto proposal = propose_churn(club, StageNumbers(), period);
    REQUIRE(proposal.ok());
    const StandingDate date = stand_at(club, period.calibration_end_day, period.horizon_days);
    const StageNumbers& numbers = proposal->numbers;
    CHECK(accuracy(numbers, date) > best_accuracy(numbers, date) - 0.025);
    CHECK(accuracy(numbers, date) > accuracy(StageNumbers(), date) - 0.01);
    // A gap that members really have.
    CHECK(numbers.club_gap_days_milli >= 1000 * made.mean_gap / 3);
    CHECK(numbers.club_gap_days_milli <= 1000 * made.mean_gap * 4);
    CHECK(numbers.churn_factor_milli >= 1000);
    CHECK(numbers.loyal_purchase_days == StageNumbers().loyal_purchase_days);
  }
}

TEST_CASE("nothing after the calibration moves a proposal") {
  const auto whole = made_club(800, 500, 20, 0.5);
  std::vector<PurchaseHistories> cut(3);
  std::vector<ShortDay> scratch;
  for (size_t piece = 0; piece < whole.size(); ++piece) {
    for (size_t i = 0; i < whole[piece].size(); ++i) {
      const auto days = whole[piece][i].as_of(kStart + 350, scratch);
      cut[piece].add_plain(std::vector<int64_t>(days.begin(), days.end()));
    }
  }
  for (const int64_t horizon_days : {60, 150, 340}) {
    const auto one = propose_churn(whole, StageNumbers(), period_of(350, horizon_days));
    const auto other = propose_churn(cut, StageNumbers(), period_of(350, horizon_days));
    REQUIRE(one.ok());
    REQUIRE(other.ok());
    CHECK(one->numbers.club_gap_days_milli == other->numbers.club_gap_days_milli);
    CHECK(one->numbers.prior_weight_milli == other->numbers.prior_weight_milli);
    CHECK(one->numbers.churn_factor_milli == other->numbers.churn_factor_milli);
    CHECK(one->last_weeks == other->last_weeks);
  }
}

TEST_CASE("past dates leave the whole horizon after them where the history is long enough") {
  CHECK(standing_offsets(400, 100) == std::vector<int64_t>{100, 150, 200});
  CHECK(standing_offsets(200, 100) == std::vector<int64_t>{100, 100, 100});
  CHECK(standing_offsets(272, 273) == std::vector<int64_t>{136, 102, 68});
}

TEST_CASE("an area is the share of pairs in order") {
  std::vector<Ranked> ranked = {{1, true}, {2, false}, {2, true}, {3, false}, {0, false}};
  // Leavers 2, 3, 0 against returners 1, 2: 1 + 0.5, 2, 0 of 6 pairs.
  CHECK(ranking_area(ranked) == Approx(3.5 / 6));
  RankClasses classes;
  for (const Ranked& one : ranked) classes.add(one.goneness, one.is_back);
  CHECK(classes.area() == Approx(3.5 / 6));
  std::vector<Ranked> one_kind = {{1, true}, {2, true}};
  CHECK(ranking_area(one_kind) == 0.5);
}

TEST_CASE("the return curve of gaps without memory falls evenly") {
  // Gaps of mean 1 rhythm, all seen to their end.
  GapCounts counts;
  std::mt19937 dice(5);
  std::exponential_distribution<> gap(1);
  for (int i = 0; i < 100000; ++i) {
    const double place = std::log(std::max(gap(dice), kLeastRatio) / kLeastRatio);
    ++counts.ended[static_cast<size_t>(place * kClassesPerFactor)];
  }
  const ReturnCurve curve(counts);
  for (const double ratio : {0.1, 0.5, 1.0, 3.0}) {
    CHECK(curve.still_silent(ratio) == Approx(std::exp(-ratio)).epsilon(0.03));
  }
  CHECK(curve.return_chance(1, 2) == Approx(1 - std::exp(-1)).epsilon(0.03));
  CHECK(curve.return_chance(2, 2) == 0);
}

TEST_CASE("a silence that is cut short does not count as one that ended") {
  // Half of the gaps end after 1 rhythm, half of the members are silent for 3 and go on.
  GapCounts counts;
  const auto class_of = [](double ratio) {
    return static_cast<size_t>(std::log(ratio / kLeastRatio) * kClassesPerFactor + 0.5);
  };
  counts.ended[class_of(1)] = 500;
  counts.open[class_of(3)] = 500;
  const ReturnCurve curve(counts);
  CHECK(curve.still_silent(0.5) == Approx(1));
  CHECK(curve.still_silent(2) == Approx(0.5));
  CHECK(curve.still_silent(3) == Approx(0.5));
}

TEST_CASE("beyond what was seen a curve falls as a power of time") {
  // P(gap > u) = u^-0.5 from 1 on, seen until 16 only.
  GapCounts counts;
  std::mt19937 dice(6);
  for (int i = 0; i < 50000; ++i) {
    const double gap = std::pow(std::uniform_real_distribution<>(0, 1)(dice), -2);
    const bool ended = gap < 16;
    const double place = std::log((ended ? gap : 16) / kLeastRatio) * kClassesPerFactor;
    ++(ended ? counts.ended : counts.open)[static_cast<size_t>(place)];
  }
  const ReturnCurve curve(counts);
  CHECK(curve.still_silent(9) == Approx(1.0 / 3).epsilon(0.03));
  CHECK(curve.return_chance(16, 64) == Approx(0.5).epsilon(0.05));
}

TEST_CASE("quantiles of gaps count every gap once") {
  std::vector<PurchaseHistories> club(1);
  club[0].add_plain({kStart, kStart + 1, kStart + 3, kStart + 7});  // 1, 2, 4
  club[0].add_plain({kStart, kStart + 10, kStart + 1000});          // 10, and one too late
  const std::vector<double> shares = {0.25, 0.5, 0.75, 1};
  CHECK(gap_quantiles(club, kStart + 100, shares) == std::vector<int64_t>{1, 2, 4, 10});
  CHECK(gap_quantiles({}, kStart, shares) == std::vector<int64_t>{0, 0, 0, 0});
}

}  // namespace
}  // namespace moadon
