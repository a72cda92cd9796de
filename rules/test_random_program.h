// Random programs for tests: every condition, effect and limit, over so few articles, prices and
// names that benefits meet each other all the time. What is made passes check_program. The same
// seed makes the same program, on every machine.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "moadon/v1/program.pb.h"
#include "rules/test_dice.h"

namespace moadon {

class ProgramMaker final {
 public:
  explicit ProgramMaker(Dice& dice) : dice_(dice) {}

  v1::Program make(int benefit_count) {
    v1::Program program;
    program.set_version(dice_.between(1, 9));
    program.set_currency_code("ILS");
    program.set_time_zone("Asia/Jerusalem");
    program.set_country_code("IL");
    program.set_cash_rounding_minor(dice_.any_of({0, 1, 5, 10}));
    if (dice_.one_in(3)) program.set_basket_cap_minor(dice_.between(1, 400));
    program.set_discounts_overridden_prices(dice_.one_in(3));
    program.set_return_grace_days(static_cast<int32_t>(dice_.below(10)));
    add_tiers(program);
    add_rights(program);
    if (!dice_.one_in(5)) set_points(*program.mutable_points());
    for (int i = 0; i < benefit_count; ++i) add_benefit(i, *program.add_benefits());
    if (dice_.one_in(2)) set_offline(*program.mutable_offline());
    return program;
  }

  static std::string sku(int64_t number) {
    return absl::StrCat(number % 2 == 0 ? "A" : "B", number);
  }
  static std::string category(int64_t number) { return absl::StrCat("c", number); }
  static std::string brand(int64_t number) { return absl::StrCat("brand", number); }
  static std::string tag(int64_t number) { return absl::StrCat("t", number); }
  static std::string code(int64_t number) { return absl::StrCat("CODE", number); }
  static std::string tier(int64_t number) { return absl::StrCat("tier", number); }
  static std::string branch(int64_t number) { return absl::StrCat("B", number); }

 private:
  void add_tiers(v1::Program& program) {
    for (int64_t i = 0; i < 2; ++i) {
      v1::Tier& made = *program.add_tiers();
      made.set_tier_id(tier(i));
      made.set_title(tier(i));
      made.add_any_of()->set_spend_minor(1000 * (i + 1));
      made.set_rolling_days(365);
    }
  }

  void add_rights(v1::Program& program) {
    v1::RightKind& coupon = *program.add_rights();
    coupon.set_right_id("coupon");
    coupon.set_title("Coupon");
    coupon.mutable_coupon()->set_use_count(static_cast<int32_t>(dice_.between(0, 3)));
    coupon.set_valid_after_days(static_cast<int32_t>(dice_.below(3)));
    coupon.set_valid_days(static_cast<int32_t>(dice_.below(30)));
    v1::RightKind& voucher = *program.add_rights();
    voucher.set_right_id("voucher");
    voucher.set_title("Voucher");
    voucher.mutable_voucher()->set_amount_minor(dice_.between(1, 500));
    voucher.mutable_voucher()->set_single_use(dice_.one_in(2));
  }

  void set_filter(v1::ProductFilter& filter) {
    if (dice_.one_in(4)) return;
    if (dice_.one_in(3)) filter.add_skus(sku(dice_.below(6)));
    if (dice_.one_in(4)) filter.add_sku_prefixes(dice_.any_of({"A", "B", "A4"}));
    if (dice_.one_in(3)) filter.add_categories(category(dice_.below(2)));
    if (dice_.one_in(5)) filter.add_brands(brand(dice_.below(2)));
    if (dice_.one_in(5)) filter.add_tags(tag(dice_.below(3)));
    if (dice_.one_in(6)) filter.add_excluded_skus(sku(dice_.below(6)));
    if (dice_.one_in(8)) filter.add_excluded_sku_prefixes("B");
    if (dice_.one_in(8)) filter.add_excluded_categories(category(dice_.below(2)));
    if (dice_.one_in(8)) filter.add_excluded_brands(brand(dice_.below(2)));
    if (dice_.one_in(8)) filter.add_excluded_tags(tag(dice_.below(3)));
  }

  void set_points(v1::PointRules& points) {
    for (int64_t i = 0, count = dice_.below(4); i < count; ++i) {
      v1::EarnRule& rule = *points.add_earn_rules();
      rule.set_rule_id(absl::StrCat("r", i));
      if (dice_.one_in(3)) rule.add_tier_ids(tier(dice_.below(2)));
      rule.set_no_tier(dice_.one_in(3));
      set_filter(*rule.mutable_filter());
      switch (dice_.below(4)) {
        case 0:
          rule.mutable_per_item()->set_points_milli(dice_.between(1, 5000));
          break;
        case 1:
          rule.mutable_per_visit()->set_points_milli(dice_.between(1, 5000));
          break;
        default:
          rule.mutable_per_amount()->set_points_milli(dice_.between(1, 3000));
          rule.mutable_per_amount()->set_amount_minor(dice_.between(1, 300));
      }
    }
    points.set_point_step_milli(dice_.any_of({0, 1, 10, 500, 1000, 5000}));
    points.set_pending_days(static_cast<int32_t>(dice_.below(4)));
    if (dice_.one_in(2)) points.set_expiry_months(static_cast<int32_t>(dice_.below(13)));
    points.set_earns_on_points_and_gift_balance(dice_.one_in(3));
    if (!dice_.one_in(4)) set_spending(*points.mutable_spending());
  }

  void set_spending(v1::PointSpending& spending) {
    const int64_t value_minor = dice_.any_of<int64_t>({1000, 5000, 100, 20});
    spending.set_thousand_points_value_minor(value_minor);
    spending.set_step_milli(1'000'000 / value_minor * dice_.between(1, 20));
    if (dice_.one_in(2)) spending.set_minimum_milli(dice_.between(1, 100'000));
    if (dice_.one_in(2)) {
      spending.set_maximum_share_bps(static_cast<int32_t>(dice_.between(1, 10'000)));
    }
  }

  void add_benefit(int number, v1::Benefit& made) {
    made.set_benefit_id(absl::StrCat("b", number));
    made.set_title(absl::StrCat("Benefit ", number));
    made.set_priority(static_cast<int32_t>(dice_.between(-1, 2)));
    if (dice_.one_in(3)) made.set_group(dice_.any_of({"g", "h"}));
    made.set_exclusive(dice_.one_in(6));
    made.set_for_anyone(dice_.one_in(5));
    if (dice_.one_in(4)) made.set_cap_minor(dice_.between(1, 200));
    for (int64_t i = 0, count = dice_.below(3); i < count; ++i) {
      add_condition(made.for_anyone(), *made.add_conditions());
    }
    drop_repeated(made);
    set_effect(made);
    if (dice_.one_in(3)) set_limits(made.for_anyone(), *made.mutable_limits());
  }

  void add_condition(bool for_anyone, v1::Condition& condition) {
    switch (for_anyone ? dice_.below(8) : dice_.below(16)) {
      case 0:
        return condition.mutable_branches()->add_branch_ids(branch(dice_.below(2)));
      case 1:
        condition.mutable_dates()->set_from_date(dice_.any_of({"2026-11-20", "2026-11-22"}));
        return condition.mutable_dates()->set_until_date(
            dice_.any_of({"2026-11-22", "2026-12-24"}));
      case 2:
        return condition.mutable_weekdays()->add_weekdays(
            static_cast<v1::Weekday>(dice_.between(1, 7)));
      case 3:
        condition.mutable_hours()->set_from_time(dice_.any_of({"00:00", "08:00", "22:00"}));
        return condition.mutable_hours()->set_until_time(dice_.any_of({"06:00", "16:00", "24:00"}));
      case 4:
        return condition.mutable_coupon_code()->add_codes(code(dice_.below(3)));
      case 5:
        return set_filter(*condition.mutable_products()->mutable_filter());
      case 6:
        condition.mutable_minimum_quantity()->set_quantity_milli(dice_.between(1, 5) * 1000);
        return set_filter(*condition.mutable_minimum_quantity()->mutable_filter());
      case 7:
        condition.mutable_minimum_basket()->set_amount_minor(dice_.between(1, 600));
        return set_filter(*condition.mutable_minimum_basket()->mutable_filter());
      default:
        return add_member_condition(condition);
    }
  }

  void add_member_condition(v1::Condition& condition) {
    switch (dice_.below(8)) {
      case 0:
        if (dice_.one_in(2)) condition.mutable_tiers()->add_tier_ids(tier(dice_.below(2)));
        return condition.mutable_tiers()->set_no_tier(condition.tiers().tier_ids().empty());
      case 1:
        condition.mutable_stages()->add_stages(v1::STAGE_ACTIVE);
        return condition.mutable_stages()->add_stages(v1::STAGE_LOYAL);
      case 2:
        return condition.mutable_member_tags()->add_tags(tag(dice_.below(3)));
      case 3:
        condition.mutable_first_purchase();
        return;
      case 4:
        return condition.mutable_nth_purchase_day()->set_every_count(
            static_cast<int32_t>(dice_.between(2, 4)));
      case 5:
        condition.mutable_birthday()->set_days_before(static_cast<int32_t>(dice_.below(60)));
        return condition.mutable_birthday()->set_days_after(static_cast<int32_t>(dice_.below(60)));
      case 6:
        return condition.mutable_anniversary()->set_days_after(180);
      default:
        return condition.mutable_right_held()->set_right_id("coupon");
    }
  }

  // A benefit asks for one right and one code.
  static void drop_repeated(v1::Benefit& made) {
    if (made.conditions_size() < 2) return;
    const auto kind = made.conditions(0).kind_case();
    if (kind == made.conditions(1).kind_case()) made.mutable_conditions()->RemoveLast();
  }

  void set_limits(bool for_anyone, v1::Limits& limits) {
    if (dice_.one_in(2)) limits.set_per_basket_count(static_cast<int32_t>(dice_.between(1, 3)));
    if (for_anyone) return;
    if (dice_.one_in(4)) limits.set_per_member_day_count(1);
    if (dice_.one_in(4)) limits.set_per_member_month_count(2);
    if (dice_.one_in(4)) limits.set_per_member_year_count(3);
    if (dice_.one_in(4)) limits.set_per_member_count(4);
    if (dice_.one_in(4)) limits.set_club_count(5);
    if (dice_.one_in(3)) limits.set_club_budget_minor(dice_.between(1, 300));
  }

  void set_offline(v1::OfflineRules& offline) {
    const auto any_of = [&](std::initializer_list<int64_t> numbers) {
      return static_cast<int32_t>(dice_.any_of<int64_t>(numbers));
    };
    if (dice_.one_in(2)) offline.set_cache_valid_hours(any_of({0, 1, 72, 336}));
    if (dice_.one_in(3)) offline.mutable_seen()->set_last_days(any_of({1, 30, 3650}));
    if (dice_.one_in(2)) offline.set_member_limit_minor(any_of({0, 1, 100, 1'000'000'000}));
    if (dice_.one_in(2)) offline.set_register_limit_minor(any_of({0, 300, 1'000'000'000}));
    if (dice_.one_in(2)) offline.set_points_share_bps(any_of({0, 1, 5000, 10'000}));
    if (dice_.one_in(2)) {
      offline.mutable_leases()->set_rights_per_register(any_of({1, 50, 1000}));
      offline.mutable_leases()->set_lease_hours(any_of({0, 1, 336}));
    }
    offline.set_refuses_unseen_returns(dice_.one_in(2));
  }

  int32_t percent() {
    return static_cast<int32_t>(dice_.any_of<int64_t>({1, 500, 3333, 9999, 10'000}));
  }

  void set_effect(v1::Benefit& made) {
    v1::Effect& effect = *made.mutable_effect();
    switch (dice_.below(made.for_anyone() ? 12 : 16)) {
      case 0:
      case 1:
        effect.mutable_percent_off_lines()->set_percent_bps(percent());
        return set_filter(*effect.mutable_percent_off_lines()->mutable_filter());
      case 2:
        effect.mutable_percent_off_basket()->set_percent_bps(percent());
        return set_filter(*effect.mutable_percent_off_basket()->mutable_filter());
      case 3:
        effect.mutable_amount_off_lines()->set_amount_minor(dice_.between(1, 60));
        return set_filter(*effect.mutable_amount_off_lines()->mutable_filter());
      case 4:
        effect.mutable_amount_off_basket()->set_amount_minor(dice_.between(1, 300));
        return set_filter(*effect.mutable_amount_off_basket()->mutable_filter());
      case 5:
        effect.mutable_fixed_price()->set_unit_price_minor(dice_.below(100));
        return set_filter(*effect.mutable_fixed_price()->mutable_filter());
      case 6:
        effect.mutable_set_price()->set_unit_count(static_cast<int32_t>(dice_.between(2, 4)));
        effect.mutable_set_price()->set_price_minor(dice_.below(300));
        return set_filter(*effect.mutable_set_price()->mutable_filter());
      case 7:
        return set_buy_get(*effect.mutable_buy_get());
      case 8:
        effect.mutable_cheapest_off()->set_percent_bps(percent());
        return set_filter(*effect.mutable_cheapest_off()->mutable_filter());
      case 9:
        effect.mutable_gift_line()->set_sku("GIFT");
        effect.mutable_gift_line()->set_quantity_milli(dice_.below(3) * 1000);
        return effect.mutable_gift_line()->set_description("A gift");
      case 10:
        return effect.mutable_receipt_message()->set_text("thank you");
      case 11:
        return effect.mutable_cashier_prompt()->set_text("smile");
      default:
        return set_member_effect(made, effect);
    }
  }

  void set_buy_get(v1::BuyGet& effect) {
    effect.set_buy_count(static_cast<int32_t>(dice_.between(1, 3)));
    effect.set_get_count(static_cast<int32_t>(dice_.between(1, 2)));
    if (dice_.one_in(2)) effect.set_percent_bps(percent());
    effect.set_repeat_count(static_cast<int32_t>(dice_.below(3)));
    set_filter(*effect.mutable_filter());
    if (dice_.one_in(2)) set_filter(*effect.mutable_get_filter());
  }

  void set_member_effect(v1::Benefit& made, v1::Effect& effect) {
    switch (dice_.below(4)) {
      case 0:
        effect.mutable_points_multiplier()->set_factor_bps(
            static_cast<int32_t>(dice_.any_of<int64_t>({5000, 10'000, 15'000, 30'000, 1'000'000})));
        return set_filter(*effect.mutable_points_multiplier()->mutable_filter());
      case 1:
        return effect.mutable_bonus_points()->set_points_milli(dice_.between(1, 20'000));
      case 2:
        effect.mutable_grant_right()->set_right_id(dice_.any_of({"coupon", "voucher"}));
        return effect.mutable_grant_right()->set_right_count(static_cast<int32_t>(dice_.below(3)));
      default:
        made.clear_conditions();
        made.add_conditions()->mutable_right_held()->set_right_id("voucher");
        return set_filter(*effect.mutable_voucher_amount()->mutable_filter());
    }
  }

  Dice& dice_;
};

}  // namespace moadon
