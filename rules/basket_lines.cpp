#include "rules/basket_lines.h"

#include "rules/price.h"

namespace moadon {
namespace {

LineRole role_of(const v1::Line& line) {
  if (line.is_deposit()) return LineRole::kDeposit;
  if (line.is_gift_balance()) return LineRole::kGiftBalance;
  return line.gift_benefit_id().empty() ? LineRole::kArticle : LineRole::kGift;
}

BasketLine basket_line(const v1::Line& line, int64_t quantity_milli) {
  BasketLine result;
  result.role = role_of(line);
  result.is_overridden = line.has_price_override();
  result.value_minor = line_value_minor(line.unit_price_minor(), quantity_milli).value();
  result.unit_price_minor = line.unit_price_minor();
  result.quantity_milli = quantity_milli;
  return result;
}

void add_line(const BasketLine& line, bool discounts_overridden, BasketLines& result) {
  const size_t number = result.lines.size();
  result.lines.push_back(line);
  if (line.role != LineRole::kArticle || line.quantity_milli == 0) return;
  result.articles.insert(number);
  if (!line.is_overridden || discounts_overridden) result.discountable.insert(number);
}

BasketLines room_for(const v1::Basket& basket) {
  const auto count = static_cast<size_t>(basket.lines_size());
  BasketLines result{{}, LineSet(count), LineSet(count)};
  result.lines.reserve(count);
  return result;
}

}  // namespace

BasketLines basket_lines(const v1::Basket& basket, bool discounts_overridden) {
  BasketLines result = room_for(basket);
  for (const v1::Line& line : basket.lines()) {
    BasketLine priced = basket_line(line, line.quantity_milli());
    priced.charged_minor = charged_minor(line);
    add_line(priced, discounts_overridden, result);
  }
  return result;
}

BasketLines kept_basket_lines(const v1::Basket& basket, bool discounts_overridden,
                              absl::Span<const int64_t> kept_milli) {
  BasketLines result = room_for(basket);
  for (int i = 0; i < basket.lines_size(); ++i) {
    add_line(basket_line(basket.lines(i), kept_milli[static_cast<size_t>(i)]), discounts_overridden,
             result);
  }
  return result;
}

}  // namespace moadon
