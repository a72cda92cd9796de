// Effects that count units: rules.md ("Choosing benefits"). Lines without a whole quantity take no
// part; a unit is as dear as its list price says (ties: the earlier line comes first) and costs
// what is left of its line / quantity. Work grows with lines, not with units. Each adds to
// `discount`. Pure functions, safe from any thread.
#pragma once

#include "moadon/v1/benefit.pb.h"
#include "rules/discount.h"

namespace moadon {

// Whole sets, dearest units first; the price of a set is spread over its units by their price,
// largest remainder, ties to the earlier line. `most_sets` 0: as many as there are.
void set_price(const v1::SetPrice& effect, int64_t most_sets, LineSetView filter,
               const LinesLeft& at, Discount& discount);

// `filter` picks what is bought, `get_filter` what is given; both from one pool when `is_one_pool`.
// Lines with the cashier's price can be bought. `most_rounds` 0: as many as there are.
struct BuyGetPools {
  LineSetView filter;
  LineSetView get_filter;
  bool is_one_pool = true;
};
void buy_get(const v1::BuyGet& effect, int64_t most_rounds, const BuyGetPools& pools,
             const LinesLeft& at, Discount& discount);

// The one cheapest unit.
void cheapest_off(const v1::CheapestOff& effect, LineSetView filter, const LinesLeft& at,
                  Discount& discount);

}  // namespace moadon
