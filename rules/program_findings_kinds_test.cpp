// Every kind of effect, filter and rule that a second look knows.
#include "rules/program.h"
#include "rules/program_doubts.h"
#include "rules/program_findings.h"
#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const absl::CivilDay kToday(2026, 6, 15);

using Fields = std::vector<std::string>;

Fields warnings(const v1::Program& program, absl::optional<absl::CivilDay> today = kToday) {
  REQUIRE(check_program(program).ok());
  Fields fields;
  for (const v1::ProgramFinding& finding : findings_of(program, today)) {
    CHECK_FALSE(finding.is_error());
    CHECK_FALSE(finding.message().empty());
    fields.push_back(finding.field());
  }
  return fields;
}

TEST_CASE("a filter that excludes all it lists is noticed in every effect") {
  const std::string nothing = " filter { tags: 'a' excluded_tags: 'a' } }";
  const std::string voucher = R"(
      rights { right_id: "ten" title: "T" voucher { amount_minor: 1000 } }
      tiers { tier_id: "t" title: "T" any_of { spend_minor: 1 } lifetime {}
              entry_gift { right_id: "ten" } })";
  const std::string earn = R"(
      points { earn_rules { rule_id: "e" per_item { points_milli: 1 } }
               spending { thousand_points_value_minor: 1000 step_milli: 1000 } })";
  const struct {
    const char* name;
    std::string text;
    std::string more;
  } cases[] = {
      {"percent_off_lines", "percent_bps: 1", ""},     {"percent_off_basket", "percent_bps: 1", ""},
      {"amount_off_lines", "amount_minor: 1", ""},     {"amount_off_basket", "amount_minor: 1", ""},
      {"fixed_price", "unit_price_minor: 1", ""},      {"set_price", "unit_count: 2", ""},
      {"buy_get", "buy_count: 1 get_count: 1", ""},    {"cheapest_off", "percent_bps: 1", ""},
      {"points_multiplier", "factor_bps: 20000", earn}};
  for (const auto& c : cases) {
    INFO(c.name);
    const std::string begin = "effect { " + std::string(c.name) + " { " + c.text;
    CHECK(warnings(program_with_benefit(begin + nothing + " }", c.more)) ==
          Fields{"benefits[0].effect." + std::string(c.name)});
    CHECK(warnings(program_with_benefit(begin + " } }", c.more)).empty());
  }
  const std::string held =
      "conditions { right_held { right_id: 'ten' } } effect { voucher_amount {";
  CHECK(warnings(program_with_benefit(held + nothing + " }", voucher)) ==
        Fields{"benefits[0].effect.voucher_amount"});
  CHECK(warnings(program_with_benefit(held + " } }", voucher)).empty());
}

TEST_CASE("what a filter lists by code is excluded by code or beginning") {
  const auto filter = [](const std::string& text) {
    return warnings(program_with_benefit(
        "conditions { minimum_quantity { quantity_milli: 1 filter { " + text + " } } }"));
  };
  const Fields found = {"benefits[0].conditions[0].minimum_quantity"};
  CHECK(filter("skus: 'ab' excluded_skus: 'ab'") == found);
  CHECK(filter("skus: 'ab' excluded_sku_prefixes: 'a'") == found);
  CHECK(filter("skus: ['ab', 'cd'] excluded_skus: 'ab' excluded_sku_prefixes: 'c'") == found);
  CHECK(filter("skus: ['ab', 'cd'] excluded_skus: 'ab'").empty());
  CHECK(filter("skus: 'ab' sku_prefixes: 'c' excluded_skus: 'ab'").empty());
  CHECK(filter("sku_prefixes: 'ab' excluded_sku_prefixes: 'abc'").empty());
  CHECK(filter("brands: 'a' excluded_brands: 'a'") == found);
}

TEST_CASE("whole baskets for nothing are noticed") {
  const auto off = [](const std::string& text) { return warnings(program_with_benefit(text)); };
  CHECK(off("effect { percent_off_lines { percent_bps: 10000 } }") ==
        Fields{"benefits[0].effect.percent_off_lines"});
  CHECK(off("effect { percent_off_lines { percent_bps: 9999 } }").empty());
  CHECK(off("effect { percent_off_basket { percent_bps: 9999 } }").empty());
  CHECK(off("effect { percent_off_basket { percent_bps: 10000 filter { skus: 'a' } } }").empty());
  CHECK(off("effect { amount_off_basket { amount_minor: 5 } } conditions { first_purchase {} }")
            .empty());
}

TEST_CASE("group members are compared by what they take off, kind by kind") {
  const std::string earn = R"(
      points { earn_rules { rule_id: "e" per_item { points_milli: 1 } }
               spending { thousand_points_value_minor: 1000 step_milli: 1000 } })";
  const struct {
    const char* strong;
    const char* weak;
  } cases[] = {
      {"percent_off_basket { percent_bps: 2 }", "percent_off_basket { percent_bps: 1 }"},
      {"amount_off_lines { amount_minor: 2 }", "amount_off_lines { amount_minor: 1 }"},
      {"amount_off_basket { amount_minor: 2 }", "amount_off_basket { amount_minor: 1 }"},
      {"fixed_price { unit_price_minor: 1 }", "fixed_price { unit_price_minor: 2 }"},
      {"set_price { unit_count: 2 price_minor: 1 }", "set_price { unit_count: 2 price_minor: 2 }"},
      {"cheapest_off { percent_bps: 2 }", "cheapest_off { percent_bps: 1 }"},
      {"points_multiplier { factor_bps: 30000 }", "points_multiplier { factor_bps: 20000 }"},
      {"bonus_points { points_milli: 2 }", "bonus_points { points_milli: 1 }"}};
  const auto pair = [&](const std::string& a, const std::string& b, const std::string& more = "") {
    v1::Program program =
        program_with_benefit("benefit_id: 'z' group: 'g' effect { " + a + " }", earn);
    program.MergeFrom(
        program_with_benefit("benefit_id: 'y' group: 'g' effect { " + b + " }" + more));
    return warnings(program);
  };
  for (const auto& c : cases) {
    INFO(c.strong);
    CHECK(pair(c.weak, c.strong) == Fields{"benefits[0].group"});
    CHECK(pair(c.strong, c.weak) == Fields{"benefits[1].group"});
  }
  CHECK(pair("percent_off_basket { percent_bps: 1 }", "percent_off_basket { percent_bps: 2 }",
             " exclusive: true")
            .empty());
  CHECK(pair("buy_get { buy_count: 1 get_count: 1 }", "buy_get { buy_count: 1 get_count: 1 }")
            .empty());
}

TEST_CASE("conditions by dates alone are looked at without a today too") {
  const auto dates = [](const std::string& text) {
    return warnings(program_with_benefit(text), absl::nullopt);
  };
  CHECK(dates("conditions { dates { until_date: '2020-01-01' } }").empty());
  CHECK(dates("conditions { dates { from_date: '2026-07-01' until_date: '2026-07-31' } }"
              "conditions { dates { from_date: '2026-07-10' until_date: '2026-07-20' } }"
              "conditions { dates { from_date: '2026-07-05' until_date: '2026-07-25' } }")
            .empty());
  // A week or longer has every weekday.
  CHECK(dates("conditions { weekdays { weekdays: WEEKDAY_SATURDAY } }"
              "conditions { dates { from_date: '2026-07-05' until_date: '2026-07-11' } }")
            .empty());
  CHECK(dates("conditions { weekdays { weekdays: WEEKDAY_SATURDAY } }"
              "conditions { dates { from_date: '2026-07-05' } }")
            .empty());
}

TEST_CASE("caps that a smaller one ends and leases in vain are noticed") {
  const std::string right =
      "rights { right_id: 'c' title: 'C' coupon {} } benefits { benefit_id: 'b' title: 'B' "
      "conditions { right_held { right_id: 'c' } } effect { percent_off_lines { percent_bps: 1 } } "
      "} tiers { tier_id: 't' title: 'T' any_of { spend_minor: 1 } lifetime {} entry_gift { "
      "right_id: 'c' } } ";
  const struct {
    std::string program;
    Fields expect;
  } cases[] = {
      {"offline { member_limit_minor: 50000 }", {}},
      {"offline { member_limit_minor: 50001 }", {"offline.member_limit_minor"}},
      {"offline { register_limit_minor: 5000 }", {}},
      {"offline { register_limit_minor: 4999 }", {"offline.register_limit_minor"}},
      {"offline { member_limit_minor: 7 register_limit_minor: 6 }", {"offline.member_limit_minor"}},
      {"offline { leases { rights_per_register: 1 } }", {"offline.leases"}},
      {right + "offline { leases { rights_per_register: 1 } }", {}},
      {right + "offline { cache_valid_hours: 0 leases { rights_per_register: 1 } }",
       {"offline.leases"}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.program);
    CHECK(warnings(program_with(c.program)) == c.expect);
  }
}

TEST_CASE("what is an error does not trouble the second look") {
  const auto errors = [](const std::string& text) {
    size_t count = 0;
    for (const v1::ProgramFinding& finding : findings_of(program_with_benefit(text), kToday)) {
      count += finding.is_error() ? 1 : 0;
    }
    return count;
  };
  CHECK(errors("conditions { dates { from_date: '2026-07-02' until_date: '2026-07-01' } }") == 1);
  CHECK(errors("conditions { dates { from_date: '2026-02-30' } }") == 1);
  CHECK(errors("conditions { hours { from_time: '25:00' until_time: 'noon' } }") == 2);
  CHECK(errors("conditions { hours { from_time: '10:00' until_time: '1x:00' } }") == 1);
  CHECK(errors("conditions { weekdays { weekdays: WEEKDAY_UNSPECIFIED } }") == 1);
  CHECK(errors("conditions { stages { stages: STAGE_UNSPECIFIED } }") == 1);
  CHECK(errors("conditions {}") == 1);
  CHECK(errors("effect {}") == 1);
}

TEST_CASE("a newer program is told of in its own language") {
  v1::Program program = program_with("language_code: 'en'");
  program.GetReflection()->MutableUnknownFields(&program)->AddVarint(99, 1);
  CHECK(findings_of(program, kToday)[0].message() ==
        "the program has parts that this version does not know");
}

TEST_CASE("warnings end where they are told to") {
  v1::Program program = program_with("");
  for (int i = 0; i < 5; ++i) {
    v1::RightKind& right = *program.add_rights();
    right.set_right_id("r" + std::to_string(i));
    right.mutable_coupon();
  }
  CHECK(doubts_of(program, kToday, 3).size() == 3);
  program.mutable_points();
  CHECK(doubts_of(program, kToday, 6).size() == 6);
  CHECK(doubts_of(program, kToday, 100).size() == 7);
}

TEST_CASE("earn rules overlap where members and articles may be the same") {
  const std::string tiers = R"(
      tiers { tier_id: "low" title: "L" any_of { spend_minor: 1 } lifetime {} }
      tiers { tier_id: "high" title: "H" any_of { spend_minor: 2 } lifetime {} })";
  const std::string spend = "spending { thousand_points_value_minor: 1000 step_milli: 1000 } ";
  const auto rules = [&](const std::string& a, const std::string& b) {
    const std::string one = "per_item { points_milli: 1 } ";
    return warnings(program_with(tiers + "points { " + spend + "earn_rules { rule_id: 'a' " + one +
                                 a + " } earn_rules { rule_id: 'b' " + one + b + " } }")) ==
           Fields{"points.earn_rules[1]"};
  };
  CHECK(rules("", ""));
  CHECK(rules("tier_ids: 'low'", ""));
  CHECK(rules("tier_ids: ['low', 'high']", "tier_ids: 'high'"));
  CHECK_FALSE(rules("tier_ids: 'low'", "tier_ids: 'high'"));
  CHECK(rules("no_tier: true", "no_tier: true tier_ids: 'low'"));
  CHECK_FALSE(rules("no_tier: true", "tier_ids: 'low'"));
  CHECK_FALSE(rules("no_tier: true tier_ids: 'high'", "tier_ids: 'low'"));
  const auto filters = [&](const std::string& a, const std::string& b) {
    return rules("filter { " + a + " }", "filter { " + b + " }");
  };
  CHECK_FALSE(filters("categories: 'a'", "categories: 'b'"));
  CHECK(filters("categories: ['a', 'b']", "categories: 'b'"));
  CHECK_FALSE(filters("brands: 'a'", "brands: 'b'"));
  CHECK_FALSE(filters("skus: 'a'", "skus: 'b'"));
  CHECK(filters("skus: 'a'", "skus: ['a', 'b']"));
  CHECK(filters("skus: 'a'", "skus: 'b' sku_prefixes: 'a'"));
  CHECK(filters("skus: 'a' sku_prefixes: 'b'", "skus: 'b'"));
  CHECK_FALSE(filters("excluded_categories: 'a'", "categories: 'a'"));
  CHECK_FALSE(filters("brands: 'a'", "excluded_brands: 'a'"));
  CHECK_FALSE(filters("excluded_brands: 'a'", "brands: 'a'"));
  CHECK_FALSE(filters("tags: 'a'", "excluded_tags: 'a'"));
  CHECK_FALSE(filters("excluded_tags: 'a'", "tags: 'a'"));
  CHECK(filters("excluded_tags: 'a'", "tags: ['a', 'b']"));
}

TEST_CASE("points that cannot live as written are noticed") {
  const std::string rest = R"(
      earn_rules { rule_id: "e" per_item { points_milli: 1 } } )";
  const std::string spend = "thousand_points_value_minor: 1000 step_milli: 1000 ";
  const auto points = [&](const std::string& text, const std::string& more = "") {
    return warnings(
        program_with("points { " + rest + text + " spending { " + spend + more + " } }"));
  };
  const Fields pending = {"points.pending_days"};
  CHECK(points("expiry_months: 1 pending_days: 28").empty());
  CHECK(points("expiry_months: 1 pending_days: 29") == pending);
  CHECK(points("expiry_years: 1 pending_days: 365").empty());
  CHECK(points("expiry_years: 1 pending_days: 366") == pending);
  CHECK(points("pending_days: 3650").empty());
  CHECK(points("", "minimum_milli: 2000").empty());
  CHECK(points("", "minimum_milli: 2001") == Fields{"points.spending.minimum_milli"});
  CHECK(warnings(program_with("points { earn_rules { rule_id: 'e' per_item { points_milli: 1 } "
                              "filter { tags: 'a' excluded_tags: 'a' } } spending { " +
                              spend + "} }")) == Fields{"points.earn_rules[0].filter"});
}

TEST_CASE("tiers by year are compared with tiers by year, and gifts need their points") {
  const auto tiers = [](const std::string& low, const std::string& high) {
    return warnings(program_with(
        "tiers { tier_id: 'l' title: 'L' any_of { spend_minor: 2 } " + low +
        " } tiers { tier_id: 'h' title: 'H' any_of { spend_minor: 1 } " + high + " }"));
  };
  const Fields overlap = {"tiers[1].any_of[0]"};
  CHECK(tiers("calendar_year {}", "calendar_year {}") == overlap);
  CHECK(tiers("rolling_days: 2", "calendar_year {}").empty());
  CHECK(tiers("calendar_year {}", "rolling_days: 366") == overlap);
  CHECK(tiers("calendar_year {}", "rolling_days: 365").empty());
  CHECK(tiers("lifetime {}", "rolling_days: 36500").empty());
  CHECK(warnings(program_with(
            "tiers { tier_id: 't' title: 'T' any_of { spend_minor: 1 } lifetime {}"
            " entry_gift { points_milli: 5 } }")) == Fields{"tiers[0].entry_gift.points_milli"});
}

}  // namespace
}  // namespace moadon
