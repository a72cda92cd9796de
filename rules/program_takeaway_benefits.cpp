// One benefit before and after: plainly no worse, or not.
#include <algorithm>

#include "absl/time/civil_time.h"
#include "rules/program_takeaway.h"

namespace moadon {
namespace {

constexpr int32_t kFullBps = 10'000;

// Whether every value of `part` is in `whole`.
template <typename List>
bool is_within(const List& part, const List& whole) {
  return std::all_of(part.begin(), part.end(), [&](const auto& value) {
    return std::find(whole.begin(), whole.end(), value) != whole.end();
  });
}

// A kind of a filter: nothing listed lets everything pass.
template <typename List>
bool is_kind_no_narrower(const List& before, const List& after) {
  return after.empty() || (!before.empty() && is_within(before, after));
}

bool are_dates_no_narrower(const v1::DateCondition& before, const v1::DateCondition& after) {
  const bool from = after.from_date().empty() ||
                    (!before.from_date().empty() && after.from_date() <= before.from_date());
  const bool until = after.until_date().empty() ||
                     (!before.until_date().empty() && after.until_date() >= before.until_date());
  return from && until;  // dates YYYY-MM-DD order like their texts
}

bool are_hours_no_narrower(const v1::HoursCondition& before, const v1::HoursCondition& after) {
  constexpr int kMinutesPerDay = 24 * 60;
  const auto length_from = [&](const v1::HoursCondition& hours, int from) {
    const int until = minutes_of(hours.until_time()).value_or(0);
    return until > from ? until - from : until + kMinutesPerDay - from;
  };
  const int old_from = minutes_of(before.from_time()).value_or(0);
  const int new_from = minutes_of(after.from_time()).value_or(0);
  const int new_length = length_from(after, new_from);
  if (new_length >= kMinutesPerDay) return true;
  const int offset = (old_from - new_from + kMinutesPerDay) % kMinutesPerDay;
  return offset + length_from(before, old_from) <= new_length;
}

template <typename Window>
bool is_window_no_narrower(const Window& before, const Window& after) {
  return after.days_before() >= before.days_before() && after.days_after() >= before.days_after();
}

// Whether `after` holds wherever `before` does.
bool is_no_stricter(const v1::Condition& before, const v1::Condition& after) {
  if (before.kind_case() != after.kind_case()) return false;
  switch (after.kind_case()) {
    case v1::Condition::kBranches:
      return is_within(before.branches().branch_ids(), after.branches().branch_ids());
    case v1::Condition::kDates:
      return are_dates_no_narrower(before.dates(), after.dates());
    case v1::Condition::kTiers:
      return is_within(before.tiers().tier_ids(), after.tiers().tier_ids()) &&
             (after.tiers().no_tier() || !before.tiers().no_tier());
    case v1::Condition::kStages:
      return is_within(before.stages().stages(), after.stages().stages());
    case v1::Condition::kMemberTags:
      return is_within(before.member_tags().tags(), after.member_tags().tags());
    case v1::Condition::kFirstPurchase:
      return true;
    case v1::Condition::kNthPurchaseDay:
      return before.nth_purchase_day().every_count() % after.nth_purchase_day().every_count() == 0;
    case v1::Condition::kBirthday:
      return is_window_no_narrower(before.birthday(), after.birthday());
    case v1::Condition::kAnniversary:
      return is_window_no_narrower(before.anniversary(), after.anniversary());
    case v1::Condition::kWeekdays:
      return is_within(before.weekdays().weekdays(), after.weekdays().weekdays());
    case v1::Condition::kHours:
      return are_hours_no_narrower(before.hours(), after.hours());
    case v1::Condition::kRightHeld:
      return before.right_held().right_id() == after.right_held().right_id();
    case v1::Condition::kCouponCode:
      return is_within(before.coupon_code().codes(), after.coupon_code().codes());
    case v1::Condition::kProducts:
      return is_no_narrower(before.products().filter(), after.products().filter());
    case v1::Condition::kMinimumQuantity:
      return after.minimum_quantity().quantity_milli() <=
                 before.minimum_quantity().quantity_milli() &&
             is_no_narrower(before.minimum_quantity().filter(), after.minimum_quantity().filter());
    case v1::Condition::kMinimumBasket:
      return after.minimum_basket().amount_minor() <= before.minimum_basket().amount_minor() &&
             is_no_narrower(before.minimum_basket().filter(), after.minimum_basket().filter());
    case v1::Condition::KIND_NOT_SET:
      return false;
  }
  return false;
}

bool are_conditions_no_stricter(const v1::Benefit& before, const v1::Benefit& after) {
  return std::all_of(
      after.conditions().begin(), after.conditions().end(), [&](const v1::Condition& condition) {
        return std::any_of(
            before.conditions().begin(), before.conditions().end(),
            [&](const v1::Condition& old) { return is_no_stricter(old, condition); });
      });
}

bool is_same(const google::protobuf::MessageLite& a, const google::protobuf::MessageLite& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

bool is_buy_get_no_smaller(const v1::BuyGet& before, const v1::BuyGet& after) {
  const auto percent = [](const v1::BuyGet& effect) {
    return effect.percent_bps() == 0 ? kFullBps : effect.percent_bps();
  };
  return after.buy_count() == before.buy_count() && after.get_count() == before.get_count() &&
         percent(after) >= percent(before) &&
         is_no_tighter(before.repeat_count(), after.repeat_count()) &&
         before.has_get_filter() == after.has_get_filter() &&
         is_same(before.filter(), after.filter()) &&
         is_same(before.get_filter(), after.get_filter());
}

bool is_multiplier_no_smaller(const v1::PointsMultiplier& before,
                              const v1::PointsMultiplier& after) {
  if (after.factor_bps() < before.factor_bps()) return false;
  if (after.factor_bps() < kFullBps) return is_same(before.filter(), after.filter());
  return is_no_narrower(before.filter(), after.filter());
}

bool is_gift_no_smaller(const v1::GiftLine& before, const v1::GiftLine& after) {
  const auto quantity = [](const v1::GiftLine& gift) {
    return gift.quantity_milli() == 0 ? 1000 : gift.quantity_milli();
  };
  return before.sku() == after.sku() && quantity(after) >= quantity(before);
}

bool is_grant_no_smaller(const v1::GrantRight& before, const v1::GrantRight& after) {
  return before.right_id() == after.right_id() &&
         std::max(after.right_count(), 1) >= std::max(before.right_count(), 1);
}

bool is_money_no_smaller(const v1::Effect& before, const v1::Effect& after) {
  const auto percent = [](const auto& old, const auto& now) {
    return now.percent_bps() >= old.percent_bps() && is_no_narrower(old.filter(), now.filter());
  };
  const auto amount = [](const auto& old, const auto& now) {
    return now.amount_minor() >= old.amount_minor() && is_no_narrower(old.filter(), now.filter());
  };
  switch (after.kind_case()) {
    case v1::Effect::kPercentOffLines:
      return percent(before.percent_off_lines(), after.percent_off_lines());
    case v1::Effect::kPercentOffBasket:
      return percent(before.percent_off_basket(), after.percent_off_basket());
    case v1::Effect::kAmountOffLines:
      return amount(before.amount_off_lines(), after.amount_off_lines());
    case v1::Effect::kAmountOffBasket:
      return amount(before.amount_off_basket(), after.amount_off_basket());
    case v1::Effect::kFixedPrice:
      return after.fixed_price().unit_price_minor() <= before.fixed_price().unit_price_minor() &&
             is_no_narrower(before.fixed_price().filter(), after.fixed_price().filter());
    case v1::Effect::kSetPrice:
      return after.set_price().unit_count() == before.set_price().unit_count() &&
             after.set_price().price_minor() <= before.set_price().price_minor() &&
             is_same(before.set_price().filter(), after.set_price().filter());
    case v1::Effect::kBuyGet:
      return is_buy_get_no_smaller(before.buy_get(), after.buy_get());
    case v1::Effect::kCheapestOff:
      return after.cheapest_off().percent_bps() >= before.cheapest_off().percent_bps() &&
             is_same(before.cheapest_off().filter(), after.cheapest_off().filter());
    case v1::Effect::kVoucherAmount:
      return is_no_narrower(before.voucher_amount().filter(), after.voucher_amount().filter());
    default:
      return false;
  }
}

bool is_effect_no_smaller(const v1::Effect& before, const v1::Effect& after) {
  if (before.kind_case() != after.kind_case()) return false;
  switch (after.kind_case()) {
    case v1::Effect::kPointsMultiplier:
      return is_multiplier_no_smaller(before.points_multiplier(), after.points_multiplier());
    case v1::Effect::kBonusPoints:
      return after.bonus_points().points_milli() >= before.bonus_points().points_milli();
    case v1::Effect::kGiftLine:
      return is_gift_no_smaller(before.gift_line(), after.gift_line());
    case v1::Effect::kGrantRight:
      return is_grant_no_smaller(before.grant_right(), after.grant_right());
    default:
      return is_money_no_smaller(before, after);
  }
}

bool are_limits_no_tighter(const v1::Limits& before, const v1::Limits& after) {
  return is_no_tighter(before.per_basket_count(), after.per_basket_count()) &&
         is_no_tighter(before.per_member_day_count(), after.per_member_day_count()) &&
         is_no_tighter(before.per_member_month_count(), after.per_member_month_count()) &&
         is_no_tighter(before.per_member_year_count(), after.per_member_year_count()) &&
         is_no_tighter(before.per_member_count(), after.per_member_count()) &&
         is_no_tighter(before.club_count(), after.club_count()) &&
         is_no_tighter(before.club_budget_minor(), after.club_budget_minor());
}

}  // namespace

bool is_no_narrower(const v1::ProductFilter& before, const v1::ProductFilter& after) {
  const bool old_codes = !before.skus().empty() || !before.sku_prefixes().empty();
  const bool new_codes = !after.skus().empty() || !after.sku_prefixes().empty();
  const bool codes = !new_codes || (old_codes && is_within(before.skus(), after.skus()) &&
                                    is_within(before.sku_prefixes(), after.sku_prefixes()));
  return codes && is_kind_no_narrower(before.categories(), after.categories()) &&
         is_kind_no_narrower(before.brands(), after.brands()) &&
         is_kind_no_narrower(before.tags(), after.tags()) &&
         is_within(after.excluded_skus(), before.excluded_skus()) &&
         is_within(after.excluded_sku_prefixes(), before.excluded_sku_prefixes()) &&
         is_within(after.excluded_categories(), before.excluded_categories()) &&
         is_within(after.excluded_brands(), before.excluded_brands()) &&
         is_within(after.excluded_tags(), before.excluded_tags());
}

bool is_no_worse(const v1::Benefit& before, const v1::Benefit& after) {
  if (before.for_anyone() && !after.for_anyone()) return false;
  // The place among others: any move may cost somebody something, only leaving a group cannot.
  if (before.priority() != after.priority() || before.exclusive() != after.exclusive())
    return false;
  if (before.group() != after.group() && !after.group().empty()) return false;
  return are_conditions_no_stricter(before, after) &&
         is_effect_no_smaller(before.effect(), after.effect()) &&
         are_limits_no_tighter(before.limits(), after.limits()) &&
         is_no_tighter(before.cap_minor(), after.cap_minor());
}

}  // namespace moadon
