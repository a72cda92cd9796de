#include "rules/payment.h"

#include <algorithm>
#include <numeric>

namespace moadon {
namespace {

void pay_with_points(const v1::Program& program, const Circumstances& at, int64_t most_points_minor,
                     Payment& payment) {
  if (!at.is_known || !program.has_points()) return;
  payment.available_milli = available_milli(at.facts, at.days.last);
  if (!program.points().has_spending() || payment.available_milli == 0) return;
  std::vector<int64_t> payable_minor(payment.lines.size());
  int64_t sum_minor = 0;
  for (size_t i = 0; i < payable_minor.size(); ++i) {
    if (!at.lines.lines[i].is_spend()) continue;
    payable_minor[i] = payment.lines[i].paid_net_minor;
    sum_minor += payable_minor[i];
  }
  const v1::PointSpending& spending = program.points().spending();
  const int64_t most_milli =
      at.terms == nullptr ? payment.available_milli
                          : std::min(payment.available_milli, at.terms->points_limit_milli());
  payment.spendable = spendable(spending, {most_milli, sum_minor, most_points_minor});
  const int64_t wanted_milli =
      std::min(at.basket.spend_points_milli(), payment.spendable.points_milli);
  payment.spent = spendable(spending, {wanted_milli, sum_minor, most_points_minor});
  if (payment.spent.points_milli == 0) return;
  const std::vector<int64_t> worth = split_by_weight(payment.spent.worth_minor, payable_minor);
  const std::vector<int64_t> points = split_by_weight(payment.spent.points_milli, worth);
  for (size_t i = 0; i < worth.size(); ++i) {
    payment.lines[i].points_minor = worth[i];
    payment.lines[i].points_milli = points[i];
  }
}

void pay_with_gift_balance(const Circumstances& at, Payment& payment) {
  if (at.basket.gift_balance_minor() == 0) return;
  std::vector<int64_t> left_minor(payment.lines.size());
  for (size_t i = 0; i < left_minor.size(); ++i) left_minor[i] = payment.lines[i].rest_minor();
  const int64_t due_minor = std::accumulate(left_minor.begin(), left_minor.end(), int64_t{0});
  payment.gift_balance_minor = std::min(at.basket.gift_balance_minor(), due_minor);
  const std::vector<int64_t> parts = split_by_weight(payment.gift_balance_minor, left_minor);
  for (size_t i = 0; i < parts.size(); ++i) payment.lines[i].gift_balance_minor = parts[i];
}

}  // namespace

Payment pay(const v1::Program& program, const Circumstances& at, const Payable& payable) {
  const std::vector<int64_t>& paid_net_minor = payable.paid_net_minor;
  Payment payment;
  payment.lines.resize(paid_net_minor.size());
  for (size_t i = 0; i < paid_net_minor.size(); ++i) {
    payment.lines[i].paid_net_minor = paid_net_minor[i];
  }
  pay_with_points(program, at, payable.most_points_minor, payment);
  pay_with_gift_balance(at, payment);
  return payment;
}

int64_t earning_minor(const v1::PointRules& rules, const LinePayment& line) {
  return rules.earns_on_points_and_gift_balance() ? line.paid_net_minor : line.rest_minor();
}

bool units_earn(const v1::PointRules& rules, const LinePayment& line) {
  return line.paid_net_minor == 0 || earning_minor(rules, line) > 0;
}

}  // namespace moadon
