// Every kind of condition, effect, limit, filter and rule, before and after.
#include "rules/program.h"
#include "rules/program_takeaway.h"
#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Fields = std::vector<std::string>;

Fields taken(const v1::Program& before, const v1::Program& after) {
  REQUIRE(check_program(before).ok());
  REQUIRE(check_program(after).ok());
  Fields fields;
  for (const TakenAway& loss : takes_away(before, after)) {
    CHECK_FALSE(loss.wording.english.empty());
    CHECK_FALSE(loss.wording.hebrew.empty());
    fields.push_back(loss.field);
  }
  return fields;
}

const char* const kNames = R"(
  rights { right_id: "coffee" title: "C" coupon {} }
  rights { right_id: "ten" title: "T" voucher { amount_minor: 1000 } }
  rights { right_id: "other" title: "O" voucher { amount_minor: 1000 } }
  points { earn_rules { rule_id: "e" per_visit { points_milli: 1000 } } })";

// What is taken from `large` to `small`, and that nothing is on the way back.
struct Change {
  std::string large;
  std::string small;
};

void check_benefits(const std::vector<Change>& changes) {
  for (const auto& [large, small] : changes) {
    INFO(large << "  ->  " << small);
    const v1::Program more = program_with_benefit(large, kNames);
    const v1::Program less = program_with_benefit(small, kNames);
    CHECK(taken(more, more).empty());
    CHECK(taken(less, more).empty());
    CHECK(taken(more, less) == Fields{"benefits[0]"});
  }
}

// Where neither is plainly better.
void check_both_ways(const std::vector<Change>& changes) {
  for (const auto& [one, other] : changes) {
    INFO(one << "  <->  " << other);
    const v1::Program a = program_with_benefit(one, kNames);
    const v1::Program b = program_with_benefit(other, kNames);
    CHECK(taken(a, a).empty());
    CHECK(taken(a, b) == Fields{"benefits[0]"});
    CHECK(taken(b, a) == Fields{"benefits[0]"});
  }
}

std::string condition(const std::string& text) { return "conditions { " + text + " }"; }
std::string effect(const std::string& text) { return "effect { " + text + " }"; }

TEST_CASE("each kind of condition is compared with its own kind") {
  check_benefits(
      {{condition("member_tags { tags: ['a', 'b'] }"), condition("member_tags { tags: 'a' }")},
       {condition("weekdays { weekdays: [WEEKDAY_SUNDAY, WEEKDAY_FRIDAY] }"),
        condition("weekdays { weekdays: WEEKDAY_FRIDAY }")},
       {"", condition("first_purchase {}")},
       {condition("birthday { days_after: 2 }"), condition("birthday { days_after: 1 }")},
       {condition("anniversary { days_before: 2 days_after: 2 }"),
        condition("anniversary { days_before: 1 days_after: 2 }")},
       {condition("anniversary { days_before: 2 days_after: 2 }"),
        condition("anniversary { days_before: 2 days_after: 1 }")},
       {condition("dates { from_date: '2026-05-01' until_date: '2026-06-01' }"),
        condition("dates { from_date: '2026-05-01' until_date: '2026-05-31' }")},
       {condition("dates { until_date: '2026-06-01' }"),
        condition("dates { from_date: '2026-05-01' until_date: '2026-06-01' }")},
       {condition("minimum_quantity { quantity_milli: 1000 }"),
        condition("minimum_quantity { quantity_milli: 1000 filter { skus: 'a' } }")},
       {condition("minimum_basket { amount_minor: 100 }"),
        condition("minimum_basket { amount_minor: 100 filter { skus: 'a' } }")}});
  check_both_ways(
      {{condition("right_held { right_id: 'coffee' }"),
        condition("right_held { right_id: 'ten' }")},
       {condition("first_purchase {}"), condition("nth_purchase_day { every_count: 2 }")},
       {condition("birthday {}"), condition("anniversary {}")},
       {condition("dates { from_date: '2026-05-01' }"),
        condition("dates { until_date: '2026-05-01' }")}});
  const std::string same = condition("first_purchase {}") + condition("birthday {}");
  CHECK(taken(program_with_benefit(same, kNames), program_with_benefit(same, kNames)).empty());
}

TEST_CASE("each kind of a filter may lose values of what it lists, and gain exclusions") {
  const auto filter = [](const std::string& text) {
    return effect("percent_off_lines { percent_bps: 1000 filter { " + text + " } }");
  };
  check_benefits({{"", filter("skus: 'a'")},
                  {"", filter("sku_prefixes: 'a'")},
                  {filter("skus: 'a' sku_prefixes: 'b'"), filter("skus: 'a'")},
                  {filter("skus: 'a' sku_prefixes: 'b'"), filter("sku_prefixes: 'b'")},
                  {filter("categories: ['a', 'b']"), filter("categories: 'b'")},
                  {filter("brands: ['a', 'b']"), filter("brands: 'b'")},
                  {filter("tags: ['a', 'b']"), filter("tags: 'b'")},
                  {"", filter("tags: 'b'")},
                  {"", filter("excluded_skus: 'b'")},
                  {"", filter("excluded_sku_prefixes: 'b'")},
                  {"", filter("excluded_categories: 'b'")},
                  {filter("excluded_brands: 'a'"), filter("excluded_brands: ['a', 'b']")}});
}

TEST_CASE("each kind of effect may become larger and wider, sets and rounds only larger") {
  const std::string narrow = " filter { skus: 'a' } }";
  check_benefits(
      {{effect("percent_off_lines { percent_bps: 1000 }"),
        effect("percent_off_lines { percent_bps: 1000" + narrow)},
       {effect("percent_off_basket { percent_bps: 1001 }"),
        effect("percent_off_basket { percent_bps: 1000 }")},
       {effect("amount_off_lines { amount_minor: 5 }"),
        effect("amount_off_lines { amount_minor: 5" + narrow)},
       {effect("amount_off_basket { amount_minor: 5 }"),
        effect("amount_off_basket { amount_minor: 5" + narrow)},
       {effect("fixed_price { unit_price_minor: 5 }"),
        effect("fixed_price { unit_price_minor: 5" + narrow)},
       {effect("points_multiplier { factor_bps: 20000 }"),
        effect("points_multiplier { factor_bps: 20000" + narrow)},
       {effect("bonus_points { points_milli: 5 }"), effect("bonus_points { points_milli: 4 }")},
       {condition("right_held { right_id: 'ten' }") + effect("voucher_amount {}"),
        condition("right_held { right_id: 'ten' }") + effect("voucher_amount {" + narrow)}});
  check_both_ways(
      {{effect("set_price { unit_count: 3 price_minor: 5 }"),
        effect("set_price { unit_count: 3 price_minor: 5" + narrow)},
       {effect("cheapest_off { percent_bps: 5 }"),
        effect("cheapest_off { percent_bps: 5" + narrow)},
       {effect("buy_get { buy_count: 2 get_count: 1 }"),
        effect("buy_get { buy_count: 1 get_count: 1 }")},
       {effect("buy_get { buy_count: 2 get_count: 1 }"),
        effect("buy_get { buy_count: 2 get_count: 2 }")},
       {effect("buy_get { buy_count: 2 get_count: 1 }"),
        effect("buy_get { buy_count: 2 get_count: 1" + narrow)},
       {effect("buy_get { buy_count: 2 get_count: 1 }"),
        effect("buy_get { buy_count: 2 get_count: 1 get_filter {} }")},
       {effect("buy_get { buy_count: 2 get_count: 1 get_filter { skus: 'a' } }"),
        effect("buy_get { buy_count: 2 get_count: 1 get_filter { skus: 'b' } }")},
       {effect("gift_line { sku: 'a' description: 'A' }"),
        effect("gift_line { sku: 'b' description: 'A' }")},
       {effect("grant_right { right_id: 'ten' }"), effect("grant_right { right_id: 'other' }")}});
}

TEST_CASE("a multiplier below one takes from what it acts on, so it must act on the same") {
  const std::string half = effect("points_multiplier { factor_bps: 5000 }");
  const std::string some = effect("points_multiplier { factor_bps: 5000 filter { skus: 'a' } }");
  const auto of = [&](const std::string& text) { return program_with_benefit(text, kNames); };
  CHECK(taken(of(half), of(half)).empty());
  CHECK(taken(of(half), of(some)) == Fields{"benefits[0]"});
  CHECK(taken(of(some), of(half)) == Fields{"benefits[0]"});
  CHECK(taken(of(half), program_with(kNames)).empty());
  CHECK(taken(of(effect("cashier_prompt { text: 'smile' }")), of(half)) == Fields{"benefits[0]"});
  CHECK(taken(of(effect("receipt_message { text: 'hi' }")), of("")).empty());
}

TEST_CASE("each limit may become looser") {
  for (const char* const limit :
       {"per_basket_count", "per_member_day_count", "per_member_month_count",
        "per_member_year_count", "per_member_count", "club_count", "club_budget_minor"}) {
    const std::string name = std::string("limits { ") + limit;
    check_benefits({{"", name + ": 5 }"}, {name + ": 5 }", name + ": 4 }"}});
  }
}

TEST_CASE("each kind of earn rule may earn more, for more and for no other tiers") {
  const std::string tiers = R"(
      tiers { tier_id: "low" title: "L" any_of { spend_minor: 1 } lifetime {} }
      tiers { tier_id: "high" title: "H" any_of { spend_minor: 2 } lifetime {} })";
  const auto earn = [&](const std::string& text) {
    return program_with(tiers + "points { earn_rules { rule_id: 'e' " + text + " } }");
  };
  const std::string visit = "per_visit { points_milli: 2 } ";
  const Change changes[] = {{visit, "per_visit { points_milli: 1 }"},
                            {visit, visit + "tier_ids: 'low'"},
                            {visit, visit + "no_tier: true"},
                            {visit + "tier_ids: ['low', 'high']", visit + "tier_ids: 'high'"},
                            {visit + "tier_ids: 'low' no_tier: true", visit + "no_tier: true"}};
  for (const auto& [large, small] : changes) {
    INFO(large << "  ->  " << small);
    CHECK(taken(earn(small), earn(large)).empty());
    CHECK(taken(earn(large), earn(small)) == Fields{"points.earn_rules[0]"});
  }
  const v1::Program item = earn("per_item { points_milli: 2 }");
  CHECK(taken(earn(visit), item) == Fields{"points.earn_rules[0]"});
  CHECK(taken(item, earn(visit)) == Fields{"points.earn_rules[0]"});
}

TEST_CASE("points earned on points, and lives of another kind, are compared") {
  const auto points = [](const std::string& text) {
    return program_with("points { " + text + " }");
  };
  const v1::Program earns = points("earns_on_points_and_gift_balance: true");
  CHECK(taken(earns, earns).empty());
  CHECK(taken(earns, points("")) == Fields{"points.earns_on_points_and_gift_balance"});
  CHECK(taken(points(""), earns).empty());
  CHECK(taken(points("forgives_deficit: true"), points("forgives_deficit: true")).empty());
  CHECK(taken(points("expiry_months: 1"), points("expiry_days: 31")) == Fields{"points.expiry"});
  CHECK(taken(program_with(""), points("")).empty());
}

TEST_CASE("a tier's gift and window keep their kind") {
  const auto tier = [](const std::string& text) {
    return program_with(std::string(kNames) +
                        "tiers { tier_id: 't' title: 'T' any_of { spend_minor: 1 } " + text + " }");
  };
  const v1::Program coffee = tier("lifetime {} entry_gift { right_id: 'coffee' }");
  CHECK(taken(coffee, coffee).empty());
  CHECK(taken(coffee, tier("lifetime {} entry_gift { right_id: 'ten' }")) ==
        Fields{"tiers[0].entry_gift"});
  CHECK(taken(coffee, tier("lifetime {}")) == Fields{"tiers[0].entry_gift"});
  CHECK(taken(tier("calendar_year {}"), tier("calendar_year {}")).empty());
  CHECK(taken(tier("calendar_year {}"), tier("rolling_days: 366")) == Fields{"tiers[0].window"});
  CHECK(taken(tier("calendar_year {}"), tier("lifetime {}")).empty());
}

TEST_CASE("a new tier takes away what those below it had and it has not") {
  const auto tier = [](const std::string& id, int bar) {
    return "tiers { tier_id: '" + id + "' title: 'T' any_of { spend_minor: " + std::to_string(bar) +
           " } lifetime {} } ";
  };
  const auto asked = [](const std::string& text) { return condition("tiers { " + text + " }"); };
  const std::string none = "no_tier: true";
  CHECK(taken(program_with_benefit(asked(none)), program_with_benefit(asked(none), tier("t", 1))) ==
        Fields{"tiers[0]"});
  const v1::Program both = program_with_benefit(asked(none + " tier_ids: 't'"), tier("t", 1));
  CHECK(taken(program_with_benefit(asked(none)), both).empty());
  const auto earning = [&](const std::string& rule, const std::string& tiers) {
    return program_with(tiers + "points { earn_rules { rule_id: 'e' per_item { points_milli: 1 } " +
                        rule + " } }");
  };
  CHECK(taken(earning("tier_ids: 'low'", tier("low", 1)),
              earning("tier_ids: 'low'", tier("low", 1) + tier("high", 2))) == Fields{"tiers[1]"});
  CHECK(taken(earning("tier_ids: 'low'", tier("low", 1)),
              earning("tier_ids: ['low', 'high']", tier("low", 1) + tier("high", 2)))
            .empty());
}

TEST_CASE("a right of another kind is another right") {
  const v1::Program coupon = program_with("rights { right_id: 'r' title: 'R' coupon {} }");
  const v1::Program voucher =
      program_with("rights { right_id: 'r' title: 'R' voucher { amount_minor: 1 } }");
  CHECK(taken(coupon, voucher) == Fields{"rights[0]"});
  CHECK(taken(voucher, coupon) == Fields{"rights[0]"});
  CHECK(taken(voucher, voucher).empty());
}

TEST_CASE("discounts on overridden prices that stay take nothing away") {
  const v1::Program discounts = program_with("discounts_overridden_prices: true");
  CHECK(taken(discounts, discounts).empty());
}

}  // namespace
}  // namespace moadon
