#include "server/insight/pareto_nbd_fit.h"

#include <nlopt.h>

#include <algorithm>
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <thread>
#include <tuple>

namespace moadon {
namespace {

constexpr unsigned kParameters = 4;
using Point = std::array<double, kParameters>;  // logarithms of r, alpha, s, beta

// Sensible numbers: rates of members that differ by more than a shape of 1/50 says, or less than
// one of 200, are not told from a border; scales are a thousandth of a week to 2,000 years.
constexpr double kLeastShape = 0.02;
constexpr double kMostShape = 200;
constexpr double kLeastScale = 0.001;
constexpr double kMostScale = 100000;
// So near to a border, as a factor, is at it.
constexpr double kBorder = 1.05;
// Dropout must raise the log-likelihood by this: half of the 99.9% point of chi-squared with two
// degrees of freedom, as in a test of likelihoods.
constexpr double kLeastGain = 6.91;

constexpr int kMaxEvaluations = 3000;
// Of the simplex, in logarithms: at first, and near what was found.
constexpr double kFirstStep = 0.5;
constexpr double kNextStep = 0.1;
// So many histories, evenly taken, show where to look in all of them.
constexpr size_t kScoutedHistories = 1000;
constexpr double kPrecision = 1e-7;

// Equal histories, which are many, weigh as one.
struct Weighted {
  RepeatHistory history;
  double count = 0;
};

auto order_of(const RepeatHistory& h) { return std::tie(h.repeats, h.last_repeat, h.observed); }

std::vector<Weighted> weigh(std::vector<RepeatHistory> histories) {
  std::sort(histories.begin(), histories.end(),
            [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
  std::vector<Weighted> weighted;
  for (const RepeatHistory& history : histories) {
    if (weighted.empty() || order_of(weighted.back().history) != order_of(history)) {
      weighted.push_back({history, 0});
    }
    weighted.back().count += 1;
  }
  return weighted;
}

ParetoNbdParameters parameters_of(const double* point) {
  return {std::exp(point[0]), std::exp(point[1]), std::exp(point[2]), std::exp(point[3])};
}

double sum_log_likelihood(const std::vector<Weighted>& weighted, const ParetoNbdParameters& p) {
  double sum = 0;
  for (const Weighted& w : weighted) sum += w.count * log_likelihood(p, w.history);
  return sum;
}

// The same without dropout: purchases at gamma-distributed rates only.
double sum_log_likelihood_alive(const std::vector<Weighted>& weighted, double r, double alpha) {
  double sum = 0;
  for (const Weighted& w : weighted) {
    const double repeats = static_cast<double>(w.history.repeats);
    sum += w.count * (boost::math::lgamma(r + repeats) - boost::math::lgamma(r) +
                      r * std::log(alpha) - (r + repeats) * std::log(alpha + w.history.observed));
  }
  return sum;
}

double minus_log_likelihood(unsigned, const double* point, double*, void* data) {
  const double sum =
      sum_log_likelihood(*static_cast<const std::vector<Weighted>*>(data), parameters_of(point));
  return std::isfinite(sum) ? -sum : std::numeric_limits<double>::max();
}

double minus_log_likelihood_alive(unsigned, const double* point, double*, void* data) {
  const double sum = sum_log_likelihood_alive(*static_cast<const std::vector<Weighted>*>(data),
                                              std::exp(point[0]), std::exp(point[1]));
  return std::isfinite(sum) ? -sum : std::numeric_limits<double>::max();
}

struct Found {
  Point point{};
  double value = std::numeric_limits<double>::infinity();  // minus log-likelihood
};

// Nelder and Mead's simplex from `start`, over the first `count` parameters.
Found search(nlopt_func function, const std::vector<Weighted>& weighted, unsigned count,
             const Point& start, double step) {
  const Point low{std::log(kLeastShape), std::log(kLeastScale), std::log(kLeastShape),
                  std::log(kLeastScale)};
  const Point high{std::log(kMostShape), std::log(kMostScale), std::log(kMostShape),
                   std::log(kMostScale)};
  const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> search(
      nlopt_create(NLOPT_LN_NELDERMEAD, count), nlopt_destroy);
  Found found;
  if (search == nullptr) return found;
  for (unsigned i = 0; i < count; ++i) found.point[i] = std::clamp(start[i], low[i], high[i]);
  nlopt_set_lower_bounds(search.get(), low.data());
  nlopt_set_upper_bounds(search.get(), high.data());
  // The library's interface takes what is never written through it as mutable.
  nlopt_set_min_objective(search.get(), function, const_cast<std::vector<Weighted>*>(&weighted));
  nlopt_set_initial_step1(search.get(), step);
  nlopt_set_xtol_rel(search.get(), kPrecision);
  nlopt_set_maxeval(search.get(), kMaxEvaluations);
  double value = 0;
  const nlopt_result result = nlopt_optimize(search.get(), found.point.data(), &value);
  if (result > 0 || result == NLOPT_ROUNDOFF_LIMITED) found.value = value;
  return found;
}

// From the club's own pace: everybody alike, very different, short and long lives.
std::vector<Point> starts(const std::vector<Weighted>& weighted) {
  double repeats = 0;
  double weeks = 0;
  double count = 0;
  for (const Weighted& w : weighted) {
    repeats += w.count * static_cast<double>(w.history.repeats);
    weeks += w.count * w.history.observed;
    count += w.count;
  }
  const double gap = std::log(std::max(weeks, 1.0) / std::max(repeats, 1.0));
  const double life = std::log(std::max(weeks / count, 1.0));
  const double few = std::log(0.5);
  return {{0, gap, 0, life},
          {few, gap + few, few, life + 2 * few},
          {-few, gap - few, -few, life - 2 * few},
          {few, gap + few, 0, life - 2 * few}};
}

std::vector<Weighted> scouted(const std::vector<Weighted>& weighted) {
  const size_t stride = (weighted.size() + kScoutedHistories - 1) / kScoutedHistories;
  std::vector<Weighted> some;
  for (size_t i = 0; i < weighted.size(); i += stride) some.push_back(weighted[i]);
  return some;
}

// Looks for the hill with few histories from every start, and climbs it with all.
Found best_of(const std::vector<Weighted>& weighted) {
  const std::vector<Point> from = starts(weighted);
  const std::vector<Weighted> some = scouted(weighted);
  std::vector<Found> found(from.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < from.size(); ++i) {
    threads.emplace_back([&, i] {
      found[i] = search(minus_log_likelihood, some, kParameters, from[i], kFirstStep);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Found best = *std::min_element(
      found.begin(), found.end(), [](const Found& a, const Found& b) { return a.value < b.value; });
  // A simplex may stop short on a ridge: a second one from there goes on.
  const Found climbed = search(minus_log_likelihood, weighted, kParameters, best.point, kNextStep);
  return search(minus_log_likelihood, weighted, kParameters, climbed.point, kNextStep);
}

bool at_border(double value, double least, double most) {
  return value < least * kBorder || value > most / kBorder;
}

}  // namespace

ParetoNbdFit fit_pareto_nbd(std::vector<RepeatHistory> histories) {
  ParetoNbdFit fit;
  fit.member_count = static_cast<int64_t>(histories.size());
  fit.is_degenerate = true;
  if (histories.empty()) return fit;
  const std::vector<Weighted> weighted = weigh(std::move(histories));
  const Found found = best_of(weighted);
  if (!std::isfinite(found.value)) return fit;
  fit.parameters = parameters_of(found.point.data());
  fit.log_likelihood = -found.value;
  const Found alive = search(minus_log_likelihood_alive, weighted, 2, found.point, kFirstStep);
  const ParetoNbdParameters& p = fit.parameters;
  fit.is_degenerate =
      at_border(p.r, kLeastShape, kMostShape) || at_border(p.s, kLeastShape, kMostShape) ||
      at_border(p.alpha, kLeastScale, kMostScale) || at_border(p.beta, kLeastScale, kMostScale) ||
      alive.value - found.value < kLeastGain;
  return fit;
}

}  // namespace moadon
