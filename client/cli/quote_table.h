// A quote on the screen.
#pragma once

#include "client/cli/session.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/sale.pb.h"

namespace moadon::cli {

// Lines, sums, what applied and what did not with its reason, points, tier; then receipt lines
// where the quote has some. `basket` is what was quoted.
void print_quote(Session& session, const v1::Quote& quote, const v1::Basket& basket,
                 const Money& money);

}  // namespace moadon::cli
