#include "rules/program_findings.h"

#include "rules/program.h"
#include "rules/program_check.h"
#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const absl::CivilDay kToday(2026, 6, 15);  // a Monday

std::vector<std::string> fields_of(const std::vector<v1::ProgramFinding>& findings) {
  std::vector<std::string> fields;
  for (const v1::ProgramFinding& finding : findings) fields.push_back(finding.field());
  return fields;
}

// The warnings about a program, which has no errors.
std::vector<std::string> warnings(const v1::Program& program) {
  REQUIRE(check_program(program).ok());
  const auto findings = findings_of(program, kToday);
  for (const v1::ProgramFinding& finding : findings) CHECK_FALSE(finding.is_error());
  return fields_of(findings);
}

using Fields = std::vector<std::string>;

struct Case {
  std::string text;
  Fields fields = {};
};

void check_benefits(const std::vector<Case>& cases, const std::string& more) {
  for (const Case& expected : cases) {
    INFO(expected.text);
    CHECK(warnings(program_with_benefit(expected.text, more)) == expected.fields);
  }
}

TEST_CASE("all errors are found, before the warnings, each with its path") {
  v1::Program program = program_with(R"(
      benefits { benefit_id: "a" title: "A" effect { percent_off_lines { percent_bps: 20000 } }
                 conditions { dates { from_date: "2026-05-02" until_date: "2026-05-01" } } }
      rights { right_id: "r" title: "R" coupon {} }
      points { earn_rules { rule_id: "e" } })");
  const auto findings = findings_of(program, kToday);
  CHECK(fields_of(findings) == Fields{"benefits[0].conditions[0].dates.until_date",
                                      "benefits[0].effect.percent_off_lines.percent_bps",
                                      "points.earn_rules[0].kind", "rights[0]", "points.spending"});
  CHECK(findings[2].is_error());
  CHECK_FALSE(findings[3].is_error());
  CHECK(findings[1].message() == "percent_bps חייב להיות בטווח 1..10000");
  program.set_language_code("en");
  CHECK(findings_of(program, kToday)[1].message() == "percent_bps must be within 1..10000");
}

TEST_CASE("a newer version's parts are one error") {
  v1::Program program = program_with("");
  program.GetReflection()->MutableUnknownFields(&program)->AddVarint(99, 1);
  REQUIRE(findings_of(program, kToday).size() == 1);
  CHECK(findings_of(program, kToday)[0].is_error());
}

TEST_CASE("findings end at their limit") {
  v1::Program program = program_with("");
  for (int i = 0; i < 300; ++i) program.add_benefits();
  CHECK(findings_of(program, kToday).size() == kMaxFindings);
}

TEST_CASE("conditions that no moment and no member fulfils are noticed") {
  const std::string names = R"(
      tiers { tier_id: "silver" title: "S" any_of { spend_minor: 1 } lifetime {} }
      tiers { tier_id: "gold" title: "G" any_of { spend_minor: 2 } lifetime {} })";
  const std::string second = "benefits[0].conditions[1].";
  const auto both = [](const std::string& a, const std::string& b) {
    return "conditions { " + a + " } conditions { " + b + " }";
  };
  check_benefits(
      {{both("dates { until_date: '2026-07-01' }", "dates { from_date: '2026-07-01' }")},
       {both("dates { until_date: '2026-07-01' }", "dates { from_date: '2026-07-02' }"),
        {second + "dates"}},
       {"conditions { dates { until_date: '2026-06-15' } }"},
       {"conditions { dates { until_date: '2026-06-14' } }", {"benefits[0].conditions[0].dates"}},
       // 19 June 2026 is a Friday.
       {both("dates { from_date: '2026-06-18' until_date: '2026-06-19' }",
             "weekdays { weekdays: WEEKDAY_FRIDAY }")},
       {both("dates { from_date: '2026-06-17' until_date: '2026-06-18' }",
             "weekdays { weekdays: WEEKDAY_FRIDAY }"),
        {second + "weekdays"}},
       {both("weekdays { weekdays: WEEKDAY_FRIDAY }",
             "dates { from_date: '2026-06-20' until_date: '2026-06-25' }"),
        {second + "dates"}},
       {both("weekdays { weekdays: WEEKDAY_FRIDAY }",
             "dates { from_date: '2026-06-20' until_date: '2026-06-26' }")},
       {both("weekdays { weekdays: WEEKDAY_FRIDAY }", "weekdays { weekdays: WEEKDAY_SUNDAY }"),
        {second + "weekdays"}},
       {both("hours { from_time: '22:00' until_time: '02:00' }",
             "hours { from_time: '01:59' until_time: '03:00' }")},
       {both("hours { from_time: '22:00' until_time: '02:00' }",
             "hours { from_time: '02:00' until_time: '03:00' }"),
        {second + "hours"}},
       {both("tiers { tier_ids: 'gold' }", "tiers { tier_ids: ['silver', 'gold'] }")},
       {both("tiers { tier_ids: 'gold' }", "tiers { tier_ids: 'silver' no_tier: true }"),
        {second + "tiers"}},
       {both("branches { branch_ids: 'a' }", "branches { branch_ids: 'b' }"),
        {second + "branches"}},
       {both("stages { stages: STAGE_NEW }", "stages { stages: STAGE_LOYAL }"),
        {second + "stages"}},
       {both("first_purchase {}", "stages { stages: STAGE_INTERESTED }")},
       {both("first_purchase {}", "stages { stages: STAGE_LOYAL }"), {second + "stages"}},
       {both("stages { stages: STAGE_POTENTIAL }", "nth_purchase_day { every_count: 2 }"),
        {second + "nth_purchase_day"}},
       {both("first_purchase {}", "nth_purchase_day { every_count: 2 }"),
        {second + "nth_purchase_day"}},
       {"conditions { products { filter { categories: 'a' excluded_categories: 'a' } } }",
        {"benefits[0].conditions[0].products"}},
       {"conditions { products { filter { categories: ['a', 'b'] excluded_categories: 'a' } } }"},
       {"conditions { products { filter { skus: 'x1' sku_prefixes: 'x' "
        "excluded_sku_prefixes: 'x' } } }",
        {"benefits[0].conditions[0].products"}}},
      names);
}

TEST_CASE("effects that do nothing, or everything, are noticed") {
  const std::string at = "benefits[0].effect.";
  const std::string earn = "earn_rules { rule_id: 'e' per_item { points_milli: 1000 } }";
  const std::string visit = "earn_rules { rule_id: 'e' per_visit { points_milli: 1000 } }";
  const std::string spend = "spending { thousand_points_value_minor: 1000 step_milli: 1000 }";
  check_benefits(
      {{"effect { bonus_points { points_milli: 1 } }", {at + "bonus_points"}},
       {"effect { points_multiplier { factor_bps: 20000 } }", {at + "points_multiplier"}},
       {"effect { percent_off_basket { percent_bps: 10000 } }", {at + "percent_off_basket"}},
       {"effect { percent_off_basket { percent_bps: 10000 } } cap_minor: 100"},
       {"effect { percent_off_lines { percent_bps: 10000 filter { skus: 'x' } } }"},
       {"conditions { minimum_basket { amount_minor: 501 } } "
        "effect { amount_off_basket { amount_minor: 500 } }"},
       {"conditions { minimum_basket { amount_minor: 500 } } "
        "effect { amount_off_basket { amount_minor: 500 } }",
        {at + "amount_off_basket"}},
       {"effect { buy_get { buy_count: 1 get_count: 1 "
        "get_filter { brands: 'a' excluded_brands: 'a' } } }",
        {at + "buy_get"}},
       {"effect { buy_get { buy_count: 1 get_count: 1 get_filter {} } }", {at + "buy_get"}},
       {"effect { buy_get { buy_count: 1 get_count: 1 filter { skus: 'x' } "
        "get_filter { skus: ['x', 'y'] } } }",
        {at + "buy_get"}},
       {"effect { buy_get { buy_count: 1 get_count: 1 filter { skus: ['x', 'y'] } "
        "get_filter { skus: 'x' } } }"},
       {"limits { per_member_day_count: 2 per_member_month_count: 1 }",
        {"benefits[0].limits.per_member_day_count"}},
       {"limits { per_member_day_count: 1 per_member_month_count: 1 }"}},
      "");
  check_benefits(
      {{"effect { points_multiplier { factor_bps: 20000 } }"},
       {"effect { points_multiplier { factor_bps: 10000 } }", {at + "points_multiplier"}},
       {"effect { bonus_points { points_milli: 1 } }"}},
      "points { " + earn + spend + " }");
  check_benefits(
      {{"effect { points_multiplier { factor_bps: 20000 } }", {at + "points_multiplier"}}},
      "points { " + visit + spend + " }");
}

TEST_CASE("rights that nothing grants or asks for are noticed") {
  const std::string coffee = "rights { right_id: 'coffee' title: 'C' coupon {} } ";
  const std::string ten = "rights { right_id: 'ten' title: 'T' voucher { amount_minor: 1000 } } ";
  const std::string gift = R"(tiers { tier_id: "t" title: "T" any_of { spend_minor: 1 } lifetime {}
                                       entry_gift { right_id: "coffee" } })";
  check_benefits({{"", {"rights[0]"}},
                  {"conditions { right_held { right_id: 'coffee' } }",
                   {"benefits[0].conditions[0].right_held"}}},
                 coffee);
  check_benefits({{"conditions { right_held { right_id: 'coffee' } }"}}, coffee + gift);
  check_benefits(
      {{"conditions { right_held { right_id: 'ten' } }",
        {"benefits[0].conditions[0].right_held", "benefits[0].conditions[0].right_held"}}},
      ten);
}

TEST_CASE("rights that are given only to those who hold them are noticed") {
  const auto granting = [](const std::string& id, const std::string& given,
                           const std::string& asked) {
    return program_with_benefit("benefit_id: '" + id + "' effect { grant_right { right_id: '" +
                                given + "' } } conditions { right_held { right_id: '" + asked +
                                "' } }");
  };
  v1::Program program = program_with(
      "rights { right_id: 'a' title: 'A' coupon {} } rights { right_id: 'b' title: 'B' coupon {} "
      "}");
  program.MergeFrom(granting("x", "b", "a"));
  program.MergeFrom(granting("y", "a", "b"));
  CHECK(warnings(program) ==
        Fields{"benefits[0].conditions[0].right_held", "benefits[1].conditions[0].right_held"});
  program.MergeFrom(
      program_with_benefit("benefit_id: 'z' effect { grant_right { right_id: 'a' } }"));
  CHECK(warnings(program).empty());
}

TEST_CASE("a benefit that its group always beats is noticed") {
  const auto pair = [](const std::string& strong, const std::string& weak) {
    v1::Program program = program_with_benefit("benefit_id: 'weak' group: 'g' " + weak);
    program.MergeFrom(program_with_benefit("benefit_id: 'a' group: 'g' " + strong));
    return warnings(program);
  };
  const Fields shadowed = {"benefits[0].group"};
  const std::string tenth = "effect { percent_off_lines { percent_bps: 1000 } }";
  const std::string twentieth = "effect { percent_off_lines { percent_bps: 500 } }";
  const std::string noon = "conditions { hours { from_time: '12:00' until_time: '13:00' } }";
  CHECK(pair(tenth, twentieth) == shadowed);
  CHECK(pair(tenth, tenth) == shadowed);  // a tie is the smaller id's
  CHECK(pair(tenth, twentieth + noon) == shadowed);
  CHECK(pair(tenth + noon, twentieth).empty());
  CHECK(pair(tenth + "limits { per_member_count: 1 }", twentieth).empty());
  CHECK(pair(tenth + "cap_minor: 1", twentieth).empty());
  CHECK(pair(tenth, twentieth + "for_anyone: true").empty());
  CHECK(pair(tenth, "effect { amount_off_basket { amount_minor: 1 } }").empty());
  CHECK(pair(tenth, "group: 'other' " + twentieth).empty());
}

TEST_CASE("points that nobody earns, spends or keeps apart are noticed") {
  const auto points = [](const std::string& text) {
    return warnings(program_with("points { " + text + " }"));
  };
  const std::string spend = "spending { thousand_points_value_minor: 1000 step_milli: 1000 } ";
  const auto rule = [](const std::string& id, const std::string& text) {
    return "earn_rules { rule_id: '" + id + "' " + text + " } ";
  };
  const std::string one = "per_amount { points_milli: 1000 amount_minor: 100 } ";
  CHECK(points(rule("a", one) + spend).empty());
  CHECK(points(spend) == Fields{"points.earn_rules"});
  CHECK(points(rule("a", one)) == Fields{"points.spending"});
  CHECK(points(rule("a", one) + rule("b", one) + spend) == Fields{"points.earn_rules[1]"});
  CHECK(points(rule("a", one) + rule("b", "per_visit { points_milli: 1 }") + spend).empty());
  CHECK(points(rule("a", one + "filter { categories: 'x' }") +
               rule("b", one + "filter { excluded_categories: 'x' }") + spend)
            .empty());
  CHECK(points(rule("a", one + "filter { tags: 'x' }") + rule("b", one + "filter { tags: 'y' }") +
               spend) == Fields{"points.earn_rules[1]"});
  CHECK(points(rule("a", "per_amount { points_milli: 100000 amount_minor: 100 }") + spend) ==
        Fields{"points.earn_rules[0].per_amount"});
  CHECK(points(rule("a", "per_amount { points_milli: 99999 amount_minor: 100 }") + spend).empty());
  CHECK(points(rule("a", one) + spend + "pending_days: 30 expiry_days: 30").empty());
  CHECK(points(rule("a", one) + spend + "pending_days: 31 expiry_days: 30") ==
        Fields{"points.pending_days"});
}

TEST_CASE("tiers that overlap are noticed") {
  const auto tiers = [](const std::string& low, const std::string& high) {
    return warnings(program_with("tiers { tier_id: 'l' title: 'L' " + low +
                                 " } tiers { tier_id: 'h' title: 'H' " + high + " }"));
  };
  const Fields overlap = {"tiers[1].any_of[0]"};
  const auto bar = [](int spend, int days, const std::string& window) {
    return "any_of { spend_minor: " + std::to_string(spend) +
           " purchase_days: " + std::to_string(days) + " } " + window;
  };
  CHECK(tiers(bar(100, 0, "rolling_days: 365"), bar(101, 0, "rolling_days: 365")).empty());
  CHECK(tiers(bar(100, 0, "rolling_days: 365"), bar(100, 0, "rolling_days: 365")) == overlap);
  CHECK(tiers(bar(100, 0, "rolling_days: 365"), bar(99, 0, "lifetime {}")) == overlap);
  CHECK(tiers(bar(100, 0, "lifetime {}"), bar(99, 0, "rolling_days: 365")).empty());
  CHECK(tiers(bar(100, 5, "lifetime {}"), bar(100, 6, "lifetime {}")).empty());
  CHECK(tiers(bar(100, 0, "calendar_year {}"), bar(100, 0, "rolling_days: 366")) == overlap);
  CHECK(tiers(bar(100, 0, "calendar_year {}"), bar(100, 0, "rolling_days: 365")).empty());
  CHECK(warnings(program_with("tiers { tier_id: 't' title: 'T' any_of { spend_minor: 1 } "
                              "lifetime {} entry_gift { points_milli: 1 } }")) ==
        Fields{"tiers[0].entry_gift.points_milli"});
}

}  // namespace
}  // namespace moadon
