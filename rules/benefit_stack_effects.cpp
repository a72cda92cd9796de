// What each effect would do to what is left of a basket.
#include <algorithm>

#include "rules/basket_effects.h"
#include "rules/benefit_stack.h"
#include "rules/line_effects.h"
#include "rules/unit_effects.h"

namespace moadon {
namespace {

constexpr int64_t kFactorOneBps = 10'000;

// The smaller of two limits of which 0 is none.
int64_t smaller_limit(int64_t a, int64_t b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

}  // namespace

Fate BenefitStack::work_out_discount(const ReadyBenefit& ready, const Attempt& attempt) {
  const v1::Effect& effect = ready.benefit->effect();
  const LineSetView filter = at_.matches.lines_of(ready.filter);
  const LinesLeft at = lines_left();
  const int64_t per_basket = ready.benefit->limits().per_basket_count();
  switch (effect.kind_case()) {
    case v1::Effect::kPercentOffLines:
      percent_off_lines(effect.percent_off_lines(), filter, at, discount_);
      break;
    case v1::Effect::kAmountOffLines:
      amount_off_lines(effect.amount_off_lines(), filter, at, discount_);
      break;
    case v1::Effect::kFixedPrice:
      fixed_price(effect.fixed_price(), filter, at, discount_);
      break;
    case v1::Effect::kSetPrice:
      set_price(effect.set_price(), per_basket, filter, at, discount_);
      break;
    case v1::Effect::kBuyGet: {
      const bool is_one_pool = ready.get_filter < 0;
      const BuyGetPools pools{filter, is_one_pool ? filter : at_.matches.lines_of(ready.get_filter),
                              is_one_pool};
      buy_get(effect.buy_get(), smaller_limit(effect.buy_get().repeat_count(), per_basket), pools,
              at, discount_);
      break;
    }
    case v1::Effect::kCheapestOff:
      cheapest_off(effect.cheapest_off(), filter, at, discount_);
      break;
    case v1::Effect::kPercentOffBasket:
      percent_off_basket(effect.percent_off_basket(), filter, at, discount_);
      break;
    case v1::Effect::kAmountOffBasket:
      amount_off_basket(effect.amount_off_basket().amount_minor(), filter, at, discount_);
      break;
    case v1::Effect::kVoucherAmount:
      if (attempt.right >= 0) {
        amount_off_basket(rights_.amount_left_minor(attempt.right), filter, at, discount_);
      }
      break;
    default:
      break;
  }
  return discount_.total_minor > 0 ? Fate::kApplied : Fate::kChangesNothing;
}

Fate BenefitStack::work_out_points(const ReadyBenefit& ready, Attempt& attempt) const {
  const v1::Effect& effect = ready.benefit->effect();
  // Along with nothing nothing is given; a word can still be said.
  if (!ready.is_told && at_.lines.articles.view().empty()) return Fate::kChangesNothing;
  const bool gives_points = at_.is_member && program_.program().has_points();
  switch (effect.kind_case()) {
    case v1::Effect::kPointsMultiplier:
      if (!gives_points || effect.points_multiplier().factor_bps() == kFactorOneBps ||
          at_.matches.lines_of(ready.filter).empty()) {
        return Fate::kChangesNothing;
      }
      // Outside a group what it adds is known only when everything is paid.
      if (ready.group < 0) return Fate::kApplied;
      attempt.points_milli = added_by(ready);
      return attempt.points_milli == 0 ? Fate::kChangesNothing : Fate::kApplied;
    case v1::Effect::kBonusPoints:
      if (!gives_points) return Fate::kChangesNothing;
      attempt.points_milli = effect.bonus_points().points_milli();
      return Fate::kApplied;
    case v1::Effect::kGrantRight:
      return at_.is_known && program_.right_kind(effect.grant_right().right_id()) != nullptr
                 ? Fate::kApplied
                 : Fate::kChangesNothing;
    case v1::Effect::KIND_NOT_SET:
      return Fate::kChangesNothing;
    default:
      return Fate::kApplied;
  }
}

}  // namespace moadon
