#include "server/insight/pareto_nbd.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "server/insight/pareto_nbd_fit.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr double kHorizon = 39;

struct Known {
  ParetoNbdParameters parameters;
  RepeatHistory history;
  double log_likelihood;
  double alive;
  double expected;  // purchases in kHorizon
};

// From the closed forms with Gauss's hypergeometric function (Fader and Hardie 2005, equations 18,
// 23 and 41), computed by mpmath with 60 digits. Parameters are CDNOW's, then extremes.
const std::vector<Known> kKnown = {
    {{0.553, 10.578, 0.606, 11.669},
     {0, 0, 38.857142857142854},
     -0.52103685641015663,
     0.29530337426579554,
     0.10709283382064309},
    {{0.553, 10.578, 0.606, 11.669},
     {2, 30.428571428571427, 38.857142857142854},
     -9.5541228241490296,
     0.8691861546511618,
     1.4552261309493459},
    {{0.553, 10.578, 0.606, 11.669},
     {26, 30.857142857142858, 31},
     -39.131626976116599,
     0.9978742606099413,
     20.116129598450667},
    {{0.553, 10.578, 0.606, 11.669},
     {200, 30, 39},
     112.39686511753889,
     1.0795646093349966e-15,
     1.4163628275959922e-13},
    {{0.553, 10.578, 0.606, 11.669},
     {2000, 38.5, 39},
     5405.9733036392252,
     5.2361205277692912e-6,
     0.0068526162966984802},
    {{0.8, 2, 1, 50},
     {7, 10, 52},
     -14.627335763933317,
     0.0001712284689429937,
     0.00081683906465490887},
    {{0.02, 0.001, 3, 0.001},
     {3, 1, 2},
     -24.73759623059853,
     0.030540461946148338,
     0.046006258220583417},
    {{50, 100000, 0.02, 0.5},
     {1, 0.1428571428571428, 300},
     -7.7427922543174325,
     0.87035590751923091,
     0.017238128383477643},
    {{12, 3, 40, 900}, {2000, 10, 520}, 8116.5618589244272, 0, 0},  // about 10^-3232
    {{0.3, 400, 0.3, 400},
     {0, 0, 1},
     -0.00074878351111972115,
     0.999250936080523,
     0.028746853548116306},
};

TEST_CASE("Pareto/NBD agrees with its closed forms to nine digits") {
  for (const Known& known : kKnown) {
    INFO("repeats " << known.history.repeats << ", alpha " << known.parameters.alpha);
    CHECK(log_likelihood(known.parameters, known.history) ==
          Approx(known.log_likelihood).epsilon(1e-9));
    CHECK(alive_probability(known.parameters, known.history) ==
          Approx(known.alive).epsilon(1e-9).margin(1e-300));
    CHECK(expected_purchases(known.parameters, known.history, kHorizon) ==
          Approx(known.expected).epsilon(1e-9).margin(1e-300));
  }
}

// The likelihood as it was derived: over dropout times, by Simpson's rule on a fine grid.
double plain_log_likelihood(const ParetoNbdParameters& p, const RepeatHistory& h) {
  constexpr int kSteps = 20000;
  const double power = p.r + static_cast<double>(h.repeats);
  const double scale = power * std::log(p.alpha + h.last_repeat);
  const auto density = [&](double y) {
    return std::exp(scale - power * std::log(p.alpha + y)) * std::pow(p.beta + y, -p.s - 1);
  };
  const double step = (h.observed - h.last_repeat) / kSteps;
  double sum = density(h.last_repeat) + density(h.observed);
  for (int i = 1; i < kSteps; ++i) sum += density(h.last_repeat + step * i) * (i % 2 == 1 ? 4 : 2);
  const double stayed = std::exp(scale - power * std::log(p.alpha + h.observed)) *
                        std::pow(p.beta + h.observed, -p.s);
  return std::lgamma(power) - std::lgamma(p.r) + p.r * std::log(p.alpha) + p.s * std::log(p.beta) -
         scale + std::log(stayed + p.s * sum * step / 3);
}

TEST_CASE("Pareto/NBD agrees with plain integration on random members") {
  std::mt19937 dice(20261122);
  const auto draw = [&](double low, double high) {
    return std::exp(std::uniform_real_distribution<>(std::log(low), std::log(high))(dice));
  };
  for (int i = 0; i < 200; ++i) {
    const ParetoNbdParameters p{draw(0.2, 5), draw(1, 60), draw(0.2, 5), draw(1, 60)};
    RepeatHistory h;
    h.observed = draw(1, 150);
    h.repeats = static_cast<int64_t>(draw(1, 300)) - 1;
    h.last_repeat = h.repeats == 0 ? 0 : h.observed * draw(0.05, 1);
    INFO("r " << p.r << " alpha " << p.alpha << " s " << p.s << " beta " << p.beta << " x "
              << h.repeats << " t_x " << h.last_repeat << " T " << h.observed);
    CHECK(log_likelihood(p, h) == Approx(plain_log_likelihood(p, h)).epsilon(1e-7).margin(1e-9));
  }
}

TEST_CASE("Pareto/NBD stays finite for heavy buyers and extreme parameters") {
  for (const int64_t repeats : {int64_t{200}, int64_t{2000}, int64_t{20000}}) {
    for (const double shape : {0.02, 1.0, 200.0}) {
      for (const double scale : {0.001, 10.0, 100000.0}) {
        const ParetoNbdParameters p{shape, scale, 1 / shape, 1 / scale};
        const RepeatHistory h{repeats, 60, 100};
        INFO("repeats " << repeats << ", shape " << shape << ", scale " << scale);
        CHECK(std::isfinite(log_likelihood(p, h)));
        const double alive = alive_probability(p, h);
        CHECK(alive >= 0);
        CHECK(alive <= 1);
        CHECK(std::isfinite(expected_purchases(p, h, kHorizon)));
        CHECK(std::isfinite(expected_repeats(p, kHorizon)));
      }
    }
  }
}

TEST_CASE("expected purchases of a new member begin at the rate and never fall") {
  const ParetoNbdParameters p{0.553, 10.578, 0.606, 11.669};
  // E(X(t)) as published for these parameters: r beta / (alpha (s - 1)) (1 - (beta / (beta + t))^
  // (s - 1)); after a hundredth of a week it is the mean rate r / alpha times t.
  CHECK(expected_repeats(p, 0.01) == Approx(0.01 * p.r / p.alpha).epsilon(1e-3));
  CHECK(expected_repeats(p, 39) == Approx(p.r * p.beta / (p.alpha * (p.s - 1)) *
                                          (1 - std::pow(p.beta / (p.beta + 39), p.s - 1))));
  CHECK(expected_repeats(p, 78) > expected_repeats(p, 39));
  // At s = 1 the formula is a limit.
  const ParetoNbdParameters at_one{0.553, 10.578, 1, 11.669};
  const ParetoNbdParameters by_one{0.553, 10.578, 1 + 1e-7, 11.669};
  CHECK(expected_repeats(at_one, 39) == Approx(expected_repeats(by_one, 39)).epsilon(1e-6));
}

// Members drawn from the model itself, or, with `drops_out` false, from one without dropout.
std::vector<RepeatHistory> draw_members(const ParetoNbdParameters& p, int count, bool drops_out) {
  std::mt19937 dice(4);
  std::vector<RepeatHistory> members;
  for (int i = 0; i < count; ++i) {
    const double rate = std::gamma_distribution<>(p.r, 1 / p.alpha)(dice);
    const double dropout = std::gamma_distribution<>(p.s, 1 / p.beta)(dice);
    RepeatHistory member;
    member.observed = std::uniform_real_distribution<>(52, 104)(dice);
    double life = member.observed;
    if (drops_out) life = std::min(life, std::exponential_distribution<>(dropout)(dice));
    std::exponential_distribution<> gap(rate);
    for (double t = gap(dice); t < life; t += gap(dice)) {
      ++member.repeats;
      member.last_repeat = t;
    }
    members.push_back(member);
  }
  return members;
}

TEST_CASE("the fit finds the parameters that members were drawn from") {
  const ParetoNbdParameters drawn{1.2, 6, 0.8, 12};
  const ParetoNbdFit fit = fit_pareto_nbd(draw_members(drawn, 1200, true));
  CHECK_FALSE(fit.is_degenerate);
  CHECK(fit.member_count == 1200);
  CHECK(fit.parameters.r == Approx(drawn.r).epsilon(0.15));
  CHECK(fit.parameters.alpha == Approx(drawn.alpha).epsilon(0.15));
  CHECK(fit.parameters.s == Approx(drawn.s).epsilon(0.2));
  CHECK(fit.parameters.beta == Approx(drawn.beta).epsilon(0.35));
}

TEST_CASE("a fit without dropout says that it degenerates") {
  const ParetoNbdFit fit = fit_pareto_nbd(draw_members({1.2, 6, 0.8, 12}, 500, false));
  CHECK(fit.is_degenerate);
  CHECK(fit.parameters.r == Approx(1.2).epsilon(0.2));
}

TEST_CASE("a fit to nothing, to one member and to members who never came back ends") {
  CHECK(fit_pareto_nbd({}).is_degenerate);
  CHECK(fit_pareto_nbd({{3, 5, 10}}).is_degenerate);
  CHECK(fit_pareto_nbd(std::vector<RepeatHistory>(300, {0, 0, 50})).is_degenerate);
  CHECK(fit_pareto_nbd(std::vector<RepeatHistory>(300, {0, 0, 0})).is_degenerate);
}

TEST_CASE("the order of members does not change a fit") {
  std::vector<RepeatHistory> members = draw_members({1, 8, 1, 20}, 300, true);
  const ParetoNbdFit one = fit_pareto_nbd(members);
  std::reverse(members.begin(), members.end());
  const ParetoNbdFit other = fit_pareto_nbd(members);
  CHECK(one.log_likelihood == other.log_likelihood);
  CHECK(one.parameters.beta == other.parameters.beta);
}

}  // namespace
}  // namespace moadon
