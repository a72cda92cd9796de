// Effects on the basket, rounded half up once, spread over the lines that take part by what is left
// of each: rules.md ("Lines and money"). Each adds to `discount`. Pure functions, safe from any
// thread.
#pragma once

#include "moadon/v1/benefit.pb.h"
#include "rules/discount.h"

namespace moadon {

void percent_off_basket(const v1::PercentOffBasket& effect, LineSetView filter, const LinesLeft& at,
                        Discount& discount);

// An amount off, of a benefit or of a voucher; at most what is left.
void amount_off_basket(int64_t amount_minor, LineSetView filter, const LinesLeft& at,
                       Discount& discount);

}  // namespace moadon
