// How a priced basket is paid with points and gift balance, line by line: rules.md ("Points").
// Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "moadon/v1/quote.pb.h"
#include "rules/circumstances.h"
#include "rules/points_payment.h"

namespace moadon {

// Parts of one line's paid net.
struct LinePayment {
  int64_t paid_net_minor = 0;
  int64_t points_minor = 0;
  int64_t points_milli = 0;
  int64_t gift_balance_minor = 0;

  // What is paid with money.
  int64_t rest_minor() const { return paid_net_minor - points_minor - gift_balance_minor; }
};

struct Payment {
  std::vector<LinePayment> lines;
  int64_t available_milli = 0;
  PointsWorth spendable;
  PointsWorth spent;
  int64_t gift_balance_minor = 0;
};

// What benefits have left for it.
struct Payable {
  const std::vector<int64_t>& paid_net_minor;  // per line
  int64_t most_points_minor = 0;               // all that points may pay
};

// Points pay no deposits and no gift balance sold, and no more than the terms say; gift balance
// pays what is left of everything.
Payment pay(const v1::Program& program, const Circumstances& at, const Payable& payable);

// What earns of a line that was paid so, and whether its units earn: not those that points and gift
// balance paid whole, unless the program lets them.
int64_t earning_minor(const v1::PointRules& rules, const LinePayment& line);
bool units_earn(const v1::PointRules& rules, const LinePayment& line);

}  // namespace moadon
