#include "rules/basket_effects.h"

#include <algorithm>

#include "rules/money.h"

namespace moadon {
namespace {

// Lines that take part, with what is left of them.
struct Sharing {
  std::vector<size_t> lines;
  std::vector<int64_t> left_minor;
  int64_t sum_minor = 0;
};

Sharing sharing(LineSetView filter, const LinesLeft& at) {
  Sharing result;
  result.lines.reserve(at.left_minor.size());
  result.left_minor.reserve(at.left_minor.size());
  filter.for_each_also_in(at.basket.discountable.view(), [&](size_t i) {
    result.lines.push_back(i);
    result.left_minor.push_back(at.left_minor[i]);
    result.sum_minor += at.left_minor[i];
  });
  return result;
}

void spread(int64_t amount_minor, const Sharing& over, Discount& discount) {
  if (amount_minor == 0) return;
  const std::vector<int64_t> amounts = split_by_weight(amount_minor, over.left_minor);
  for (size_t i = 0; i < amounts.size(); ++i) discount.add(over.lines[i], amounts[i]);
}

}  // namespace

void percent_off_basket(const v1::PercentOffBasket& effect, LineSetView filter, const LinesLeft& at,
                        Discount& discount) {
  const Sharing over = sharing(filter, at);
  spread(percent_of(over.sum_minor, effect.percent_bps()), over, discount);
}

void amount_off_basket(int64_t amount_minor, LineSetView filter, const LinesLeft& at,
                       Discount& discount) {
  const Sharing over = sharing(filter, at);
  spread(std::min(amount_minor, over.sum_minor), over, discount);
}

}  // namespace moadon
