#include "rules/line_effects.h"

#include <algorithm>
#include <limits>

#include "rules/money.h"

namespace moadon {
namespace {

// So much per unit for a quantity. What no line can cost is as good as infinite.
int64_t for_quantity(int64_t unit_amount_minor, int64_t quantity_milli) {
  return round_half_up(absl::int128(unit_amount_minor) * quantity_milli, kMilli)
      .value_or(std::numeric_limits<int64_t>::max());
}

}  // namespace

void percent_off_lines(const v1::PercentOffLines& effect, LineSetView filter, const LinesLeft& at,
                       Discount& discount) {
  filter.for_each_also_in(at.basket.discountable.view(), [&](size_t i) {
    discount.add(i, percent_of(at.left_minor[i], effect.percent_bps()));
  });
}

void amount_off_lines(const v1::AmountOffLines& effect, LineSetView filter, const LinesLeft& at,
                      Discount& discount) {
  filter.for_each_also_in(at.basket.discountable.view(), [&](size_t i) {
    const int64_t amount_minor =
        for_quantity(effect.amount_minor(), at.basket.lines[i].quantity_milli);
    discount.add(i, std::min(amount_minor, at.left_minor[i]));
  });
}

void fixed_price(const v1::FixedPrice& effect, LineSetView filter, const LinesLeft& at,
                 Discount& discount) {
  filter.for_each_also_in(at.basket.discountable.view(), [&](size_t i) {
    const int64_t price_minor =
        for_quantity(effect.unit_price_minor(), at.basket.lines[i].quantity_milli);
    if (price_minor < at.left_minor[i]) discount.add(i, at.left_minor[i] - price_minor);
  });
}

}  // namespace moadon
