#include "rules/unit_pool.h"

#include <algorithm>

namespace moadon {

std::vector<PooledLine> unit_pool(LineSetView filter, const LinesLeft& at, PoolOrder order) {
  std::vector<PooledLine> pool;
  pool.reserve(at.left_minor.size());
  filter.for_each_also_in(at.basket.discountable.view(), [&](size_t i) {
    const BasketLine& line = at.basket.lines[i];
    const int64_t units = line.whole_units();
    if (units > 0) pool.push_back({i, units, line.unit_price_minor, at.left_minor[i]});
  });
  std::sort(pool.begin(), pool.end(), [order](const PooledLine& a, const PooledLine& b) {
    if (a.unit_price_minor == b.unit_price_minor) return a.line < b.line;
    return (a.unit_price_minor < b.unit_price_minor) == (order == PoolOrder::kCheapestFirst);
  });
  return pool;
}

int64_t count_units(LineSetView filter, const LinesLeft& at) {
  int64_t units = 0;
  filter.for_each([&](size_t i) { units += at.basket.lines[i].whole_units(); });
  return units;
}

int64_t count_units_not_in(LineSetView filter, LineSetView except, const LinesLeft& at) {
  int64_t units = 0;
  filter.for_each([&](size_t i) {
    if (!except.contains(i)) units += at.basket.lines[i].whole_units();
  });
  return units;
}

}  // namespace moadon
