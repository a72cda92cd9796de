// Effects on lines one by one, each on what is left of the line, rounded half up once per line:
// rules.md ("Lines and money"). Each adds to `discount`. Pure functions, safe from any thread.
#pragma once

#include "moadon/v1/benefit.pb.h"
#include "rules/discount.h"

namespace moadon {

void percent_off_lines(const v1::PercentOffLines& effect, LineSetView filter, const LinesLeft& at,
                       Discount& discount);
void amount_off_lines(const v1::AmountOffLines& effect, LineSetView filter, const LinesLeft& at,
                      Discount& discount);
void fixed_price(const v1::FixedPrice& effect, LineSetView filter, const LinesLeft& at,
                 Discount& discount);

}  // namespace moadon
