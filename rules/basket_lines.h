// A basket's lines as the rules look at them: amounts worked out once, and what each line may take
// part in. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "moadon/v1/sale.pb.h"
#include "rules/line_set.h"
#include "rules/money.h"

namespace moadon {

// Only articles count for conditions, are discounted and earn.
enum class LineRole { kArticle, kDeposit, kGiftBalance, kGift };

struct BasketLine {
  LineRole role = LineRole::kArticle;
  bool is_overridden = false;    // carries the cashier's price
  int64_t value_minor = 0;       // list price x quantity
  int64_t charged_minor = 0;     // what it costs before any benefit
  int64_t unit_price_minor = 0;  // list price
  int64_t quantity_milli = 0;    // of a kept basket: what is kept

  // Units, when they can be counted; 0 of a line without a whole quantity.
  int64_t whole_units() const { return quantity_milli % kMilli == 0 ? quantity_milli / kMilli : 0; }
  // Points and tiers: everything but deposits and gift balance sold.
  bool is_spend() const { return role == LineRole::kArticle || role == LineRole::kGift; }
};

struct BasketLines {
  std::vector<BasketLine> lines;  // one per line of the basket, in its order
  LineSet articles;               // those of which there is something
  LineSet discountable;           // articles that discounts may touch
};

// Of a basket that has passed check_basket. `discounts_overridden` as the program says.
BasketLines basket_lines(const v1::Basket& basket, bool discounts_overridden);

// The same of the units that were kept, `kept_milli` for each line: values at list prices, nothing
// charged.
BasketLines kept_basket_lines(const v1::Basket& basket, bool discounts_overridden,
                              absl::Span<const int64_t> kept_milli);

}  // namespace moadon
