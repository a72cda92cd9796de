// Units of the lines that take part in an effect that counts them, line by line. Pure functions,
// safe from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "rules/discount.h"

namespace moadon {

struct PooledLine {
  size_t line = 0;
  int64_t unit_count = 0;  // more than zero
  int64_t unit_price_minor = 0;
  int64_t left_minor = 0;  // of the whole line
};

enum class PoolOrder { kCheapestFirst, kDearestFirst };

// Lines of `filter` that discounts may touch, with a whole quantity. Ties: the earlier line first.
std::vector<PooledLine> unit_pool(LineSetView filter, const LinesLeft& at, PoolOrder order);

// Units that can be counted in `filter` but not in `except`, whoever set their price.
int64_t count_units(LineSetView filter, const LinesLeft& at);
int64_t count_units_not_in(LineSetView filter, LineSetView except, const LinesLeft& at);

}  // namespace moadon
