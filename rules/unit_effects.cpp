#include "rules/unit_effects.h"

#include <algorithm>

#include "rules/money.h"
#include "rules/unit_pool.h"

namespace moadon {
namespace {

constexpr int64_t kFullBps = 10'000;

// The share of a line's units, and of their cost, rounded half up once.
int64_t part_of_line(const PooledLine& line, int64_t unit_count, int64_t percent_bps) {
  return round_half_up(absl::int128(line.left_minor) * unit_count * percent_bps,
                       absl::int128(line.unit_count) * kFullBps)
      .value();
}

// Takes so much percent off the first `unit_count` units of a pool.
void discount_units(const std::vector<PooledLine>& pool, int64_t unit_count, int64_t percent_bps,
                    Discount& discount) {
  for (const PooledLine& line : pool) {
    if (unit_count == 0) break;
    const int64_t units = std::min(unit_count, line.unit_count);
    discount.add(line.line, part_of_line(line, units, percent_bps));
    unit_count -= units;
  }
  std::sort(discount.lines.begin(), discount.lines.end(),
            [](const DiscountedLine& a, const DiscountedLine& b) { return a.line < b.line; });
}

// How many of `unit_count` units of one pool are given: every `buy` allow up to `get` more.
int64_t given_of_one_pool(int64_t unit_count, const v1::BuyGet& effect) {
  const int64_t round_units = int64_t{effect.buy_count()} + effect.get_count();
  const int64_t begun = unit_count % round_units - effect.buy_count();
  return unit_count / round_units * effect.get_count() + std::max<int64_t>(0, begun);
}

}  // namespace

void buy_get(const v1::BuyGet& effect, int64_t most_rounds, const BuyGetPools& pools,
             const LinesLeft& at, Discount& discount) {
  const int64_t get_count = effect.get_count();
  int64_t given = 0;
  if (pools.is_one_pool) {
    given = given_of_one_pool(count_units(pools.filter, at), effect);
  } else {
    const int64_t bought = count_units_not_in(pools.filter, pools.get_filter, at);
    given = bought / effect.buy_count() * get_count;
  }
  if (most_rounds > 0) given = std::min(given, most_rounds * get_count);
  if (given == 0) return;
  const std::vector<PooledLine> pool =
      unit_pool(pools.is_one_pool ? pools.filter : pools.get_filter, at, PoolOrder::kCheapestFirst);
  int64_t givable = 0;
  for (const PooledLine& line : pool) givable += line.unit_count;
  given = std::min(given, givable);
  discount.round_count = (given + get_count - 1) / get_count;
  discount_units(pool, given, effect.percent_bps() == 0 ? kFullBps : effect.percent_bps(),
                 discount);
}

void cheapest_off(const v1::CheapestOff& effect, LineSetView filter, const LinesLeft& at,
                  Discount& discount) {
  discount_units(unit_pool(filter, at, PoolOrder::kCheapestFirst), 1, effect.percent_bps(),
                 discount);
}

}  // namespace moadon
