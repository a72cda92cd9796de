#include "rules/program_takeaway.h"

#include "rules/program.h"
#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon {
namespace {

std::vector<std::string> taken(const v1::Program& before, const v1::Program& after) {
  REQUIRE(check_program(before).ok());
  REQUIRE(check_program(after).ok());
  std::vector<std::string> fields;
  for (const TakenAway& loss : takes_away(before, after)) fields.push_back(loss.field);
  return fields;
}

// What is better in `small` -> `large` is taken away in `large` -> `small`, and only there.
struct Change {
  std::string large;
  std::string small;
};

const char* const kNames = R"(
  rights { right_id: "coffee" title: "C" coupon {} }
  rights { right_id: "ten" title: "T" voucher { amount_minor: 1000 } }
  tiers { tier_id: "gold" title: "G" any_of { spend_minor: 1 } lifetime {} }
  tiers { tier_id: "lead" title: "L" any_of { spend_minor: 2 } lifetime {} })";

void check_benefits(const std::vector<Change>& changes) {
  for (const auto& [large, small] : changes) {
    INFO(large << "  ->  " << small);
    const v1::Program more = program_with_benefit(large, kNames);
    const v1::Program less = program_with_benefit(small, kNames);
    CHECK(taken(more, more).empty());
    CHECK(taken(less, more).empty());
    CHECK(taken(more, less) == std::vector<std::string>{"benefits[0]"});
  }
}

void check_both_ways(const std::vector<Change>& changes) {
  for (const auto& [one, other] : changes) {
    INFO(one << "  <->  " << other);
    const v1::Program a = program_with_benefit(one, kNames);
    const v1::Program b = program_with_benefit(other, kNames);
    CHECK(taken(a, b) == std::vector<std::string>{"benefits[0]"});
    CHECK(taken(b, a) == std::vector<std::string>{"benefits[0]"});
  }
}

void check_programs(const std::vector<Change>& changes, const std::string& field) {
  for (const auto& [large, small] : changes) {
    INFO(large << "  ->  " << small);
    CHECK(taken(program_with(small), program_with(large)).empty());
    CHECK(taken(program_with(large), program_with(small)) == std::vector<std::string>{field});
  }
}

std::string condition(const std::string& text) { return "conditions { " + text + " }"; }
std::string effect(const std::string& text) { return "effect { " + text + " }"; }

TEST_CASE("a benefit that ends takes away, a new one and a new title do not") {
  const v1::Program none = program_with(kNames);
  const v1::Program one = program_with_benefit("", kNames);
  CHECK(taken(one, none) == std::vector<std::string>{"benefits[0]"});
  CHECK(taken(none, one).empty());
  CHECK(taken(one, program_with_benefit("title: 'other'", kNames)).empty());
  CHECK(taken(one, program_with_benefit("benefit_id: 'other'", kNames)).size() == 1);
  const v1::Program text = program_with_benefit(effect("receipt_message { text: 'hi' }"), kNames);
  CHECK(taken(text, none).empty());
  CHECK(taken(none, program_with_benefit(effect("points_multiplier { factor_bps: 9999 }"),
                                         kNames)) == std::vector<std::string>{"benefits[0]"});
}

TEST_CASE("a benefit whose dates have ended is missed by nobody") {
  const auto dated = [](const std::string& more) {
    return program_with_benefit(condition("dates { until_date: '2026-12-20' }") + more, kNames);
  };
  const v1::Program none = program_with(kNames);
  const v1::Program half =
      program_with_benefit(effect("points_multiplier { factor_bps: 5000 }"), kNames);
  const struct {
    const char* what;
    v1::Program before, after;
    absl::CivilDay first_day;
    size_t taken;
  } cases[] = {
      {"on its last day", dated(""), none, absl::CivilDay(2026, 12, 20), 1},
      {"on the day after", dated(""), none, absl::CivilDay(2026, 12, 21), 0},
      {"changed on the day after", dated("cap_minor: 200"), dated("cap_minor: 100"),
       absl::CivilDay(2026, 12, 21), 0},
      {"another that lessens points takes its place", dated(""), half, absl::CivilDay(2026, 12, 21),
       1},
      {"without an end", program_with_benefit("", kNames), none, absl::CivilDay(2026, 12, 21), 1},
      {"nobody says when", dated(""), none, absl::CivilDay::min(), 1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    CHECK(takes_away(c.before, c.after, c.first_day).size() == c.taken);
  }
}

TEST_CASE("tighter conditions take away") {
  check_benefits(
      {{"", condition("products {}")},
       {condition("branches { branch_ids: ['a', 'b'] }"),
        condition("branches { branch_ids: 'a' }")},
       {condition("dates { until_date: '2026-05-02' }"),
        condition("dates { until_date: '2026-05-01' }")},
       {condition("dates { from_date: '2026-05-01' }"),
        condition("dates { from_date: '2026-05-02' }")},
       {condition("dates { from_date: '2026-05-01' }"),
        condition("dates { from_date: '2026-05-01' until_date: '2027-05-01' }")},
       {condition("tiers { tier_ids: 'gold' no_tier: true }"),
        condition("tiers { tier_ids: 'gold' }")},
       {condition("tiers { tier_ids: ['gold', 'lead'] }"), condition("tiers { tier_ids: 'gold' }")},
       {condition("stages { stages: [STAGE_NEW, STAGE_LOYAL] }"),
        condition("stages { stages: STAGE_NEW }")},
       {condition("nth_purchase_day { every_count: 2 }"),
        condition("nth_purchase_day { every_count: 4 }")},
       {condition("birthday { days_before: 2 }"), condition("birthday { days_before: 1 }")},
       {condition("hours { from_time: '22:00' until_time: '02:00' }"),
        condition("hours { from_time: '23:00' until_time: '01:00' }")},
       {condition("hours { from_time: '08:00' until_time: '08:00' }"),
        condition("hours { from_time: '09:00' until_time: '08:59' }")},
       {condition("coupon_code { codes: ['A', 'B'] }"), condition("coupon_code { codes: 'B' }")},
       {condition("products { filter { skus: ['a', 'b'] } }"),
        condition("products { filter { skus: 'a' } }")},
       {condition("products {}"), condition("products { filter { excluded_tags: 'a' } }")},
       {condition("minimum_quantity { quantity_milli: 1000 }"),
        condition("minimum_quantity { quantity_milli: 1001 }")},
       {condition("minimum_basket { amount_minor: 100 }"),
        condition("minimum_basket { amount_minor: 101 }")}});
  check_both_ways({{condition("nth_purchase_day { every_count: 2 }"),
                    condition("nth_purchase_day { every_count: 3 }")},
                   {condition("hours { from_time: '08:00' until_time: '10:00' }"),
                    condition("hours { from_time: '09:00' until_time: '11:00' }")},
                   {condition("products { filter { skus: 'a' } }"),
                    condition("products { filter { categories: 'a' } }")}});
}

TEST_CASE("smaller effects, limits and caps take away") {
  check_benefits(
      {{effect("percent_off_lines { percent_bps: 1001 }"),
        effect("percent_off_lines { percent_bps: 1000 }")},
       {effect("percent_off_basket { percent_bps: 1000 }"),
        effect("percent_off_basket { percent_bps: 1000 filter { brands: 'x' } }")},
       {effect("amount_off_lines { amount_minor: 2 }"),
        effect("amount_off_lines { amount_minor: 1 }")},
       {effect("amount_off_basket { amount_minor: 2 }"),
        effect("amount_off_basket { amount_minor: 1 }")},
       {effect("fixed_price { unit_price_minor: 1 }"),
        effect("fixed_price { unit_price_minor: 2 }")},
       {effect("set_price { unit_count: 3 price_minor: 1 }"),
        effect("set_price { unit_count: 3 price_minor: 2 }")},
       {effect("buy_get { buy_count: 1 get_count: 1 }"),
        effect("buy_get { buy_count: 1 get_count: 1 percent_bps: 9999 }")},
       {effect("buy_get { buy_count: 1 get_count: 1 }"),
        effect("buy_get { buy_count: 1 get_count: 1 repeat_count: 5 }")},
       {effect("cheapest_off { percent_bps: 2 }"), effect("cheapest_off { percent_bps: 1 }")},
       {effect("points_multiplier { factor_bps: 20001 }"),
        effect("points_multiplier { factor_bps: 20000 }")},
       {effect("bonus_points { points_milli: 2 }"), effect("bonus_points { points_milli: 1 }")},
       {effect("gift_line { sku: 'a' description: 'A' quantity_milli: 2000 }"),
        effect("gift_line { sku: 'a' description: 'A' }")},
       {effect("grant_right { right_id: 'coffee' right_count: 2 }"),
        effect("grant_right { right_id: 'coffee' }")},
       {"", "cap_minor: 1000"},
       {"cap_minor: 1001", "cap_minor: 1000"},
       {"", "limits { per_basket_count: 9 }"},
       {"limits { per_member_month_count: 2 }", "limits { per_member_month_count: 1 }"},
       {"limits { club_budget_minor: 2 }", "limits { club_budget_minor: 1 }"},
       {"for_anyone: true", ""},
       {"", "group: 'g'"}});
  check_both_ways(
      {{"priority: 1", "priority: 2"},
       {"exclusive: true", "exclusive: false"},
       {"group: 'g'", "group: 'h'"},
       {effect("percent_off_lines { percent_bps: 1000 }"),
        effect("percent_off_basket { percent_bps: 1000 }")},
       {effect("set_price { unit_count: 3 price_minor: 1 }"),
        effect("set_price { unit_count: 2 price_minor: 1 }")},
       {effect("grant_right { right_id: 'ten' }"), effect("grant_right { right_id: 'coffee' }")}});
}

TEST_CASE("smaller rights take away") {
  const auto right = [](const std::string& text) {
    return "rights { right_id: 'r' title: 'R' " + text + " }";
  };
  check_programs({{right("coupon { use_count: 2 }"), right("coupon {}")},
                  {right("coupon {}"), ""},
                  {right("coupon {}"), right("coupon {} valid_after_days: 1")},
                  {right("coupon {}"), right("coupon {} valid_days: 100")},
                  {right("coupon {} valid_days: 100"), right("coupon {} valid_days: 99")},
                  {right("voucher { amount_minor: 2 }"), right("voucher { amount_minor: 1 }")},
                  {right("voucher { amount_minor: 1 }"),
                   right("voucher { amount_minor: 1 single_use: true }")}},
                 "rights[0]");
}

TEST_CASE("fewer points, a shorter life and a smaller value take away") {
  const auto points = [](const std::string& text) { return "points { " + text + " }"; };
  const auto earn = [&](const std::string& text) {
    return points("earn_rules { rule_id: 'e' " + text + " }");
  };
  const std::string one = "per_amount { points_milli: 1000 amount_minor: 100 }";
  const std::string tier = R"( tiers { tier_id: "gold" title: "G" any_of { spend_minor: 1 }
                                       lifetime {} } )";
  check_programs({{earn(one), points("")},
                  {earn(one), earn("per_amount { points_milli: 1000 amount_minor: 101 }")},
                  {earn("per_amount { points_milli: 20 amount_minor: 2 }"),
                   earn("per_amount { points_milli: 9 amount_minor: 1 }")},
                  {earn("per_item { points_milli: 2 }"), earn("per_item { points_milli: 1 }")},
                  {earn(one), earn(one + " filter { excluded_tags: 'x' }")},
                  {earn(one) + tier, earn(one + " tier_ids: 'gold'") + tier},
                  {earn(one + " tier_ids: 'gold' no_tier: true") + tier,
                   earn(one + " tier_ids: 'gold'") + tier}},
                 "points.earn_rules[0]");
  check_programs({{points("point_step_milli: 100"), points("")}}, "points.point_step_milli");
  check_programs({{points("pending_days: 1"), points("pending_days: 2")}}, "points.pending_days");
  check_programs({{points(""), points("expiry_days: 36500")},
                  {points("expiry_days: 31"), points("expiry_days: 30")},
                  {points("expiry_months: 12"), points("expiry_months: 11")},
                  {points("expiry_years: 1"), points("expiry_years: 0")}},
                 "points.expiry");
  check_programs({{points(""), ""}}, "points");
  const auto spend = [&](const std::string& text) { return points("spending { " + text + " }"); };
  const std::string usual = "thousand_points_value_minor: 1000 step_milli: 2000 ";
  check_programs({{spend(usual), points("")}}, "points.spending");
  check_programs({{spend("thousand_points_value_minor: 2000 step_milli: 2000"), spend(usual)}},
                 "points.spending.thousand_points_value_minor");
  check_programs({{spend("thousand_points_value_minor: 1000 step_milli: 1000"), spend(usual)}},
                 "points.spending.step_milli");
  check_programs({{spend(usual), spend(usual + "minimum_milli: 1")}},
                 "points.spending.minimum_milli");
  check_programs({{spend(usual), spend(usual + "maximum_share_bps: 9999")}},
                 "points.spending.maximum_share_bps");
  check_programs({{points("forgives_deficit: true"), points("")}}, "points.forgives_deficit");
}

TEST_CASE("tiers that are harder to reach, easier to lose or gone take away") {
  const auto tier = [](const std::string& text, const std::string& id = "t") {
    return "tiers { tier_id: '" + id + "' title: 'T' " + text + " }";
  };
  const std::string bar = "any_of { spend_minor: 100 } ";
  check_programs({{tier(bar + "lifetime {}"), ""}}, "tiers[0]");
  check_programs(
      {{tier(bar + "lifetime {}"), tier("any_of { spend_minor: 101 } lifetime {}")},
       {tier(bar + "any_of { purchase_days: 3 } lifetime {}"), tier(bar + "lifetime {}")},
       {tier(bar + "lifetime {}"),
        tier("any_of { spend_minor: 100 purchase_days: 1 } lifetime {}")}},
      "tiers[0].any_of");
  check_programs({{tier(bar + "lifetime {}"), tier(bar + "rolling_days: 365")},
                  {tier(bar + "rolling_days: 365"), tier(bar + "rolling_days: 364")}},
                 "tiers[0].window");
  check_programs(
      {{tier(bar + "lifetime {} grace_days: 2"), tier(bar + "lifetime {} grace_days: 1")}},
      "tiers[0].grace_days");
  check_programs(
      {{tier(bar + "lifetime {} entry_gift { points_milli: 2 }"),
        tier(bar + "lifetime {} entry_gift { points_milli: 1 }")},
       {tier(bar + "lifetime {} entry_gift { points_milli: 2 }"), tier(bar + "lifetime {}")}},
      "tiers[0].entry_gift");
  const std::string low = tier(bar + "lifetime {}", "low");
  const std::string high = tier("any_of { spend_minor: 200 } lifetime {}", "high");
  CHECK(taken(program_with(low + high), program_with(high + low)) ==
        std::vector<std::string>{"tiers[1]"});
  CHECK(taken(program_with(low), program_with(low + high)).empty());
  const std::string for_low = condition("tiers { tier_ids: 'low' }");
  const std::string for_both = condition("tiers { tier_ids: ['low', 'high'] }");
  CHECK(taken(program_with_benefit(for_low, low), program_with_benefit(for_low, low + high)) ==
        std::vector<std::string>{"tiers[1]"});
  CHECK(taken(program_with_benefit(for_low, low), program_with_benefit(for_both, low + high))
            .empty());
}

TEST_CASE("what stands outside the lists takes away too") {
  check_programs({{"notice_days: 30", "notice_days: 29"}}, "notice_days");
  check_programs(
      {{"", "basket_cap_minor: 100"}, {"basket_cap_minor: 101", "basket_cap_minor: 100"}},
      "basket_cap_minor");
  check_programs({{"discounts_overridden_prices: true", ""}}, "discounts_overridden_prices");
  check_programs({{"return_grace_days: 2", "return_grace_days: 1"}}, "return_grace_days");
  const std::string stage = condition("stages { stages: STAGE_LOYAL }");
  CHECK(taken(program_with_benefit(stage),
              program_with_benefit(stage, "stages { loyal_purchase_days: 7 }")) ==
        std::vector<std::string>{"stages"});
  CHECK(taken(program_with(""), program_with("stages { loyal_purchase_days: 7 }")).empty());
}

}  // namespace
}  // namespace moadon
