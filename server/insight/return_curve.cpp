#include "server/insight/return_curve.h"

#include <algorithm>
#include <cmath>

#include "server/insight/standing_date.h"

namespace moadon {
namespace {

// The tail is what lies beyond this share of the gaps that ended.
constexpr double kTailBegins = 0.75;
constexpr double kLeastShare = 1e-12;

double place_of(double ratio) {
  return std::log(std::max(ratio, kLeastRatio) / kLeastRatio) * kClassesPerFactor;
}

size_t class_of(double ratio) {
  return std::min<size_t>(static_cast<size_t>(place_of(ratio)), kRatioClasses - 1);
}

void count_member(absl::Span<const ShortDay> days, const StageNumbers& numbers, int64_t day,
                  GapCounts& counts) {
  for (size_t i = 0; i < days.size(); ++i) {
    StandingMember member;
    member.purchase_days = static_cast<uint16_t>(i + 1);
    member.gaps_days = days[i] - days.front();
    const bool ended = i + 1 < days.size();
    member.silent_days = static_cast<uint16_t>((ended ? days[i + 1] : day) - days[i]);
    ++(ended ? counts.ended : counts.open)[class_of(silence_ratio(numbers, member))];
  }
}

// The first class beyond the given share of the gaps that ended.
size_t tail_begin(const GapCounts& counts) {
  int64_t all = 0;
  for (const int64_t ended : counts.ended) all += ended;
  int64_t seen = 0;
  size_t i = 0;
  while (i < kRatioClasses && static_cast<double>(seen) < kTailBegins * static_cast<double>(all)) {
    seen += counts.ended[i++];
  }
  return i;
}

// By how many powers of time the tail falls.
double tail_exponent(const GapCounts& counts) {
  const size_t begin = tail_begin(counts);
  double ended = 0;
  double exposure = 0;  // sum of ln(ratio / ratio at begin)
  for (size_t i = begin; i < kRatioClasses; ++i) {
    const double beyond = (static_cast<double>(i - begin) + 0.5) / kClassesPerFactor;
    ended += static_cast<double>(counts.ended[i]);
    exposure += beyond * static_cast<double>(counts.ended[i] + counts.open[i]);
  }
  return exposure > 0 ? ended / exposure : 0;
}

}  // namespace

GapCounts count_gaps(absl::Span<const PurchaseHistories> histories, const StageNumbers& numbers,
                     int64_t day) {
  GapCounts counts;
  std::vector<ShortDay> scratch;
  for (const PurchaseHistories& some : histories) {
    for (size_t i = 0; i < some.size(); ++i) {
      count_member(some[i].as_of(day, scratch), numbers, day, counts);
    }
  }
  return counts;
}

ReturnCurve::ReturnCurve(const GapCounts& counts) {
  int64_t at_risk = 0;
  for (size_t i = 0; i < kRatioClasses; ++i) at_risk += counts.ended[i] + counts.open[i];
  const double exponent = tail_exponent(counts);
  double silent = 1;
  for (size_t i = 0; i < kRatioClasses; ++i) {
    silent_[i] = std::max(silent, kLeastShare);
    if (at_risk >= kLeastAtRisk) {
      const double exposed = static_cast<double>(at_risk) - static_cast<double>(counts.open[i]) / 2;
      silent *= 1 - static_cast<double>(counts.ended[i]) / exposed;
    } else {
      silent *= std::exp(-exponent / kClassesPerFactor);
    }
    at_risk -= counts.ended[i] + counts.open[i];
  }
}

double ReturnCurve::still_silent(double ratio) const {
  const double place = std::min(place_of(ratio), static_cast<double>(kRatioClasses - 1));
  const size_t below = std::min<size_t>(static_cast<size_t>(place), kRatioClasses - 2);
  const double part = place - static_cast<double>(below);
  return silent_[below] * (1 - part) + silent_[below + 1] * part;
}

double ReturnCurve::return_chance(double from, double until) const {
  return until <= from ? 0 : 1 - still_silent(until) / still_silent(from);
}

}  // namespace moadon
