#include "server/insight/pareto_nbd.h"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

namespace moadon {
namespace {

// Relative error of the integral, and how often an interval may be halved to reach it.
constexpr double kTolerance = 1e-10;
constexpr unsigned kMaxHalvings = 12;
// What is smaller than the largest by more than e to this counts for nothing.
constexpr double kNegligible = 45;
constexpr int kCutSteps = 60;

// ln((alpha + y)^-(r+x) (beta + y)^-(s+1) dy/dz) as a function of z = ln(theta + y), where theta is
// the smaller of alpha and beta: concave, so that it has one hill and falls ever faster.
class DropoutDensity final {
 public:
  DropoutDensity(const ParetoNbdParameters& p, double power)
      : theta_(std::min(p.alpha, p.beta)),
        alpha_rest_(p.alpha - theta_),
        beta_rest_(p.beta - theta_),
        alpha_power_(power),
        beta_power_(p.s + 1) {}

  double z_of(double y) const { return std::log(theta_ + y); }
  double value(double z) const {
    const double grown = std::exp(z);
    return z - alpha_power_ * std::log(grown + alpha_rest_) -
           beta_power_ * std::log(grown + beta_rest_);
  }
  double slope(double z) const {
    const double grown = std::exp(z);
    return 1 - alpha_power_ * grown / (grown + alpha_rest_) -
           beta_power_ * grown / (grown + beta_rest_);
  }

 private:
  double theta_;
  double alpha_rest_;
  double beta_rest_;
  double alpha_power_;
  double beta_power_;
};

// Where the hill is highest in [low, high].
double peak_of(const DropoutDensity& density, double low, double high) {
  if (density.slope(low) <= 0) return low;
  if (density.slope(high) >= 0) return high;
  for (int i = 0; i < kCutSteps; ++i) {
    const double middle = (low + high) / 2;
    (density.slope(middle) > 0 ? low : high) = middle;
  }
  return low;
}

// The end nearest to `peak` between it and `far` behind which the density is negligible.
double cut_of(const DropoutDensity& density, double peak, double far) {
  const double floor = density.value(peak) - kNegligible;
  if (density.value(far) >= floor) return far;
  for (int i = 0; i < kCutSteps; ++i) {
    const double middle = (peak + far) / 2;
    (density.value(middle) < floor ? far : peak) = middle;
  }
  return far;
}

double log_sum(double a, double b) {
  const double larger = std::max(a, b);
  if (larger == -std::numeric_limits<double>::infinity()) return larger;
  return larger + std::log1p(std::exp(std::min(a, b) - larger));
}

// ln of the integral from last_repeat to observed of (alpha + y)^-(r+x) (beta + y)^-(s+1) dy: the
// dropout happened at y.
double log_dropout_integral(const ParetoNbdParameters& p, const RepeatHistory& h) {
  const DropoutDensity density(p, p.r + static_cast<double>(h.repeats));
  const double low = density.z_of(h.last_repeat);
  const double high = density.z_of(h.observed);
  if (!(high > low)) return -std::numeric_limits<double>::infinity();
  const double peak = peak_of(density, low, high);
  const double top = density.value(peak);
  const auto part = [&](double from, double to) {
    if (!(to > from)) return 0.0;
    // Over a unit interval: the library's tolerance depends on the width.
    return (to - from) * boost::math::quadrature::gauss_kronrod<double, 15>::integrate(
                             [&](double share) {
                               return std::exp(density.value(from + (to - from) * share) - top);
                             },
                             0.0, 1.0, kMaxHalvings, kTolerance);
  };
  return top +
         std::log(part(cut_of(density, peak, low), peak) + part(peak, cut_of(density, peak, high)));
}

// ln((alpha + T)^-(r+x) (beta + T)^-s): still there at the end.
double log_survival(const ParetoNbdParameters& p, const RepeatHistory& h) {
  return -(p.r + static_cast<double>(h.repeats)) * std::log(p.alpha + h.observed) -
         p.s * std::log(p.beta + h.observed);
}

// (1 - ratio^power) / power, which is -ln(ratio) where power is 0.
double power_loss(double log_ratio, double power) {
  const double exponent = power * log_ratio;
  if (std::abs(exponent) < 1e-12) return -log_ratio;
  return -std::expm1(exponent) / power;
}

}  // namespace

double log_likelihood(const ParetoNbdParameters& p, const RepeatHistory& h) {
  const double repeats = static_cast<double>(h.repeats);
  const double rising = boost::math::lgamma(p.r + repeats) - boost::math::lgamma(p.r);
  return rising + p.r * std::log(p.alpha) + p.s * std::log(p.beta) +
         log_sum(log_survival(p, h), std::log(p.s) + log_dropout_integral(p, h));
}

double alive_probability(const ParetoNbdParameters& p, const RepeatHistory& h) {
  const double odds_of_gone =
      std::exp(std::log(p.s) + log_dropout_integral(p, h) - log_survival(p, h));
  return 1 / (1 + odds_of_gone);
}

double expected_purchases(const ParetoNbdParameters& p, const RepeatHistory& h, double time) {
  const double rate = (p.r + static_cast<double>(h.repeats)) / (p.alpha + h.observed);
  const double reach = p.beta + h.observed;
  return alive_probability(p, h) * rate * reach *
         power_loss(std::log(reach / (reach + time)), p.s - 1);
}

double expected_repeats(const ParetoNbdParameters& p, double time) {
  return p.r / p.alpha * p.beta * power_loss(std::log(p.beta / (p.beta + time)), p.s - 1);
}

}  // namespace moadon
