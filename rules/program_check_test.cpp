#include "rules/program_check.h"

#include "rules/program.h"
#include "rules/refusal.h"
#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr v1::Reason kFine = v1::REASON_UNSPECIFIED;
constexpr v1::Reason kMissing = v1::REASON_FIELD_MISSING;
constexpr v1::Reason kInvalid = v1::REASON_FIELD_INVALID;
constexpr v1::Reason kAmount = v1::REASON_AMOUNT_OUT_OF_RANGE;
constexpr v1::Reason kTime = v1::REASON_TIME_OUT_OF_RANGE;
constexpr v1::Reason kContradicts = v1::REASON_PROGRAM_CONTRADICTS;

struct Case {
  std::string text;
  v1::Reason reason = kFine;
  std::string field = {};  // without "program."
};

void check_one(const v1::Program& program, const Case& expected) {
  INFO(expected.text);
  const absl::Status status = check_program(program);
  INFO(status);
  CHECK(reason_of(status) == expected.reason);
  if (expected.reason != kFine) {
    CHECK(detail_of(status).values().at("field") == "program." + expected.field);
  }
}

void check_benefits(const std::vector<Case>& cases, const std::string& more = "") {
  for (const Case& expected : cases) {
    check_one(program_with_benefit(expected.text, more), expected);
  }
}

void check_programs(const std::vector<Case>& cases) {
  for (const Case& expected : cases) check_one(program_with(expected.text), expected);
}

const char* const kNames = R"(
  tiers { tier_id: "gold" title: "G" any_of { spend_minor: 1 } lifetime {} }
  rights { right_id: "coffee" title: "C" coupon {} }
  rights { right_id: "ten" title: "T" voucher { amount_minor: 1000 } })";

TEST_CASE("the head of a program keeps to its ranges") {
  check_programs({{""},
                  {"cash_rounding_minor: 100"},
                  {"cash_rounding_minor: 101", kInvalid, "cash_rounding_minor"},
                  {"notice_days: 3650"},
                  {"notice_days: 3651", kInvalid, "notice_days"},
                  {"notice_days: -1", kInvalid, "notice_days"},
                  {"notice_waiver: '" + std::string(500, 'x') + "'"},
                  {"notice_waiver: '" + std::string(501, 'x') + "'", kInvalid, "notice_waiver"},
                  {"basket_cap_minor: 10000000000000"},
                  {"basket_cap_minor: 10000000000001", kAmount, "basket_cap_minor"},
                  {"basket_cap_minor: -1", kAmount, "basket_cap_minor"},
                  {"return_grace_days: 3651", kInvalid, "return_grace_days"},
                  {"start_time { seconds: 253402214400 }", kTime, "start_time"},
                  {"language_code: 'fr'", kInvalid, "language_code"}});
}

TEST_CASE("what registers do without the server keeps to its ranges") {
  check_programs(
      {{"offline {}"},
       {"offline { cache_valid_hours: 0 }"},
       {"offline { cache_valid_hours: 336 }"},
       {"offline { cache_valid_hours: 337 }", kInvalid, "offline.cache_valid_hours"},
       {"offline { cache_valid_hours: -1 }", kInvalid, "offline.cache_valid_hours"},
       {"offline { seen { last_days: 1 } }"},
       {"offline { seen { last_days: 3650 in_region: true } }"},
       {"offline { seen { last_days: 3651 } }", kInvalid, "offline.seen.last_days"},
       {"offline { seen {} }", kInvalid, "offline.seen.last_days"},
       {"offline { cache_valid_hours: 400 seen {} }", kInvalid, "offline.cache_valid_hours"},
       {"offline { member_limit_minor: 0 register_limit_minor: 0 points_share_bps: 0 }"},
       {"offline { member_limit_minor: 1000000000 register_limit_minor: 1000000000 }"},
       {"offline { member_limit_minor: 1000000001 }", kAmount, "offline.member_limit_minor"},
       {"offline { member_limit_minor: -1 }", kAmount, "offline.member_limit_minor"},
       {"offline { register_limit_minor: 1000000001 }", kAmount, "offline.register_limit_minor"},
       {"offline { register_limit_minor: -1 }", kAmount, "offline.register_limit_minor"},
       {"offline { points_share_bps: 10000 }"},
       {"offline { points_share_bps: 10001 }", kInvalid, "offline.points_share_bps"},
       {"offline { points_share_bps: -1 }", kInvalid, "offline.points_share_bps"},
       {"offline { leases { rights_per_register: 1 } }"},
       {"offline { leases { rights_per_register: 1000 lease_hours: 336 } }"},
       {"offline { leases {} }", kInvalid, "offline.leases.rights_per_register"},
       {"offline { leases { rights_per_register: 1001 } }", kInvalid,
        "offline.leases.rights_per_register"},
       {"offline { leases { rights_per_register: 1 lease_hours: 337 } }", kInvalid,
        "offline.leases.lease_hours"},
       {"offline { leases { rights_per_register: 1 lease_hours: -1 } }", kInvalid,
        "offline.leases.lease_hours"},
       {"offline { refuses_unseen_returns: true }"}});
}

TEST_CASE("the first fault in the order of the fields is the one refused") {
  const v1::Program program = program_with(R"(
      benefits { benefit_id: "a" title: "A" effect { fixed_price {} } cap_minor: -1 }
      benefits { }
      basket_cap_minor: -1)");
  check_one(program, {"two faults", kAmount, "benefits[0].cap_minor"});
  const std::vector<ProgramFault> faults = faults_of(program, 100);
  std::vector<std::string> fields;
  for (const ProgramFault& fault : faults) fields.push_back(fault.field);
  CHECK(fields == std::vector<std::string>{"benefits[0].cap_minor", "benefits[1].benefit_id",
                                           "benefits[1].title", "benefits[1].effect",
                                           "basket_cap_minor"});
  CHECK(faults_of(program, 2).size() == 2);
}

TEST_CASE("a benefit has its own id, a title, one effect and a place in the order") {
  check_benefits(
      {{""},
       {"priority: -1000000"},
       {"priority: 1000000"},
       {"priority: 1000001", kInvalid, "benefits[0].priority"},
       {"benefit_id: 'a b'", kInvalid, "benefits[0].benefit_id"},
       {"benefit_id: '" + std::string(32, 'x') + "'"},
       {"benefit_id: '" + std::string(33, 'x') + "'", kInvalid, "benefits[0].benefit_id"},
       {"title: ''", kMissing, "benefits[0].title"},
       {"title: '" + std::string(100, 'x') + "'"},
       {"title: '" + std::string(101, 'x') + "'", kInvalid, "benefits[0].title"},
       {"title: 'a\\nb'", v1::REASON_TEXT_INVALID, "benefits[0].title"},
       {"group: 'קבוצה'"},
       {"effect {}", kMissing, "benefits[0].effect.kind"},
       {"cap_minor: 10000000000000"},
       {"cap_minor: 10000000000001", kAmount, "benefits[0].cap_minor"}});
  v1::Program program = program_with_benefit("");
  program.mutable_benefits(0)->clear_effect();
  check_one(program, {"no effect", kMissing, "benefits[0].effect"});
  program = program_with_benefit("");
  *program.add_benefits() = program.benefits(0);
  check_one(program, {"an id twice", kContradicts, "benefits[1].benefit_id"});
}

TEST_CASE("conditions keep to their forms") {
  const std::string at = "benefits[0].conditions[0].";
  const auto condition = [](const std::string& text) { return "conditions { " + text + " }"; };
  std::vector<Case> cases = {
      {"", kMissing, "kind"},
      {"branches {}", kMissing, "branches.branch_ids"},
      {"branches { branch_ids: 'a b' }", kInvalid, "branches.branch_ids[0]"},
      {"branches { branch_ids: 'tel-aviv' }"},
      {"dates {}", kMissing, "dates"},
      {"dates { from_date: '2026-02-29' }", kInvalid, "dates.from_date"},
      {"dates { from_date: '2028-02-29' }"},
      {"dates { until_date: '1969-12-31' }", kTime, "dates.until_date"},
      {"dates { from_date: '2026-05-02' until_date: '2026-05-02' }"},
      {"dates { from_date: '2026-05-02' until_date: '2026-05-01' }", kContradicts,
       "dates.until_date"},
      {"tiers {}", kMissing, "tiers.tier_ids"},
      {"tiers { no_tier: true }"},
      {"tiers { tier_ids: 'gold' }"},
      {"tiers { tier_ids: ['gold', 'lead'] }", kContradicts, "tiers.tier_ids[1]"},
      {"stages {}", kMissing, "stages.stages"},
      {"stages { stages: STAGE_UNSPECIFIED }", kMissing, "stages.stages[0]"},
      {"stages { stages: STAGE_LOYAL }"},
      {"member_tags {}", kMissing, "member_tags.tags"},
      {"member_tags { tags: '' }", kMissing, "member_tags.tags[0]"},
      {"member_tags { tags: '" + std::string(65, 'x') + "' }", kInvalid, "member_tags.tags[0]"},
      {"first_purchase {}"},
      {"nth_purchase_day { every_count: 1 }", kInvalid, "nth_purchase_day.every_count"},
      {"nth_purchase_day { every_count: 2 }"},
      {"nth_purchase_day { every_count: 10000 }"},
      {"nth_purchase_day { every_count: 10001 }", kInvalid, "nth_purchase_day.every_count"},
      {"birthday { days_before: 180 days_after: 180 }"},
      {"birthday { days_before: 181 }", kInvalid, "birthday.days_before"},
      {"anniversary { days_after: -1 }", kInvalid, "anniversary.days_after"},
      {"weekdays {}", kMissing, "weekdays.weekdays"},
      {"weekdays { weekdays: [WEEKDAY_FRIDAY, WEEKDAY_UNSPECIFIED] }", kMissing,
       "weekdays.weekdays[1]"},
      {"hours { from_time: '00:00' until_time: '24:00' }"},
      {"hours { from_time: '23:59' until_time: '00:00' }"},
      {"hours { from_time: '24:00' until_time: '10:00' }", kInvalid, "hours.from_time"},
      {"hours { from_time: '8:00' until_time: '10:00' }", kInvalid, "hours.from_time"},
      {"hours { from_time: '08:60' until_time: '10:00' }", kInvalid, "hours.from_time"},
      {"hours { from_time: '08:00' until_time: '24:01' }", kInvalid, "hours.until_time"},
      {"hours { from_time: '08:00' }", kMissing, "hours.until_time"},
      {"right_held { right_id: 'coffee' }"},
      {"right_held {}", kMissing, "right_held.right_id"},
      {"right_held { right_id: 'tea' }", kContradicts, "right_held.right_id"},
      {"coupon_code {}", kMissing, "coupon_code.codes"},
      {"coupon_code { codes: '" + std::string(65, 'x') + "' }", kInvalid, "coupon_code.codes[0]"},
      {"products { filter { skus: '' } }", kMissing, "products.filter.skus[0]"},
      {"minimum_quantity {}", kAmount, "minimum_quantity.quantity_milli"},
      {"minimum_quantity { quantity_milli: 10000000000 }"},
      {"minimum_quantity { quantity_milli: 10000000001 }", kAmount,
       "minimum_quantity.quantity_milli"},
      {"minimum_basket { amount_minor: 0 }", kAmount, "minimum_basket.amount_minor"},
      {"minimum_basket { amount_minor: 10000000000000 }"},
      {"minimum_basket { amount_minor: 10000000000001 }", kAmount, "minimum_basket.amount_minor"},
  };
  for (Case& expected : cases) expected.text = condition(expected.text);
  for (Case& expected : cases) expected.field = at + expected.field;
  check_benefits(cases, kNames);
  check_benefits({{condition("right_held { right_id: 'coffee' }") +
                       condition("right_held { right_id: 'ten' }"),
                   kContradicts, "benefits[0].conditions[1].right_held"},
                  {condition("products {}") + condition("products {}")}},
                 kNames);
}

TEST_CASE("effects keep to their forms") {
  const std::string at = "benefits[0].effect.";
  std::vector<Case> cases = {
      {"percent_off_lines { percent_bps: 0 }", kInvalid, "percent_off_lines.percent_bps"},
      {"percent_off_lines { percent_bps: 1 }"},
      {"percent_off_lines { percent_bps: 10000 }"},
      {"percent_off_lines { percent_bps: 10001 }", kInvalid, "percent_off_lines.percent_bps"},
      {"percent_off_basket { percent_bps: -1 }", kInvalid, "percent_off_basket.percent_bps"},
      {"amount_off_lines {}", kAmount, "amount_off_lines.amount_minor"},
      {"amount_off_lines { amount_minor: 1000000000000 }"},
      {"amount_off_lines { amount_minor: 1000000000001 }", kAmount,
       "amount_off_lines.amount_minor"},
      {"amount_off_basket { amount_minor: 10000000000001 }", kAmount,
       "amount_off_basket.amount_minor"},
      {"fixed_price {}"},
      {"fixed_price { unit_price_minor: -1 }", kAmount, "fixed_price.unit_price_minor"},
      {"set_price { unit_count: 1 }", kInvalid, "set_price.unit_count"},
      {"set_price { unit_count: 2 }"},
      {"set_price { unit_count: 1001 }", kInvalid, "set_price.unit_count"},
      {"set_price { unit_count: 3 price_minor: -1 }", kAmount, "set_price.price_minor"},
      {"buy_get { get_count: 1 }", kInvalid, "buy_get.buy_count"},
      {"buy_get { buy_count: 1 get_count: 1001 }", kInvalid, "buy_get.get_count"},
      {"buy_get { buy_count: 1 get_count: 1 percent_bps: 10001 }", kInvalid, "buy_get.percent_bps"},
      {"buy_get { buy_count: 1 get_count: 1 repeat_count: -1 }", kInvalid, "buy_get.repeat_count"},
      {"buy_get { buy_count: 1 get_count: 1000 get_filter { brands: 'x' } }"},
      {"cheapest_off {}", kInvalid, "cheapest_off.percent_bps"},
      {"voucher_amount {}", kContradicts, "voucher_amount"},
      {"points_multiplier { factor_bps: 1000000 }"},
      {"points_multiplier { factor_bps: 1000001 }", kInvalid, "points_multiplier.factor_bps"},
      {"bonus_points {}", kAmount, "bonus_points.points_milli"},
      {"bonus_points { points_milli: 1000000000000 }"},
      {"bonus_points { points_milli: 1000000000001 }", kAmount, "bonus_points.points_milli"},
      {"gift_line { description: 'x' }", kMissing, "gift_line.sku"},
      {"gift_line { sku: 'x' }", kMissing, "gift_line.description"},
      {"gift_line { sku: 'x' description: 'y' quantity_milli: -1 }", kAmount,
       "gift_line.quantity_milli"},
      {"grant_right { right_id: 'coffee' right_count: 100 }"},
      {"grant_right { right_id: 'coffee' right_count: 101 }", kInvalid, "grant_right.right_count"},
      {"grant_right { right_id: 'tea' }", kContradicts, "grant_right.right_id"},
      {"receipt_message {}", kMissing, "receipt_message.text"},
      {"cashier_prompt { text: '" + std::string(201, 'x') + "' }", kInvalid, "cashier_prompt.text"},
  };
  for (Case& expected : cases) expected.text = "effect { " + expected.text + " }";
  for (Case& expected : cases) expected.field = at + expected.field;
  check_benefits(cases, kNames);
}

TEST_CASE("a voucher's amount is used by naming the voucher") {
  const std::string effect = "effect { voucher_amount {} } ";
  check_benefits({{effect + "conditions { right_held { right_id: 'ten' } }"},
                  {effect + "conditions { right_held { right_id: 'coffee' } }", kContradicts,
                   "benefits[0].effect.voucher_amount"}},
                 kNames);
}

TEST_CASE("a benefit for anyone asks nothing about the member") {
  const std::string anyone = "for_anyone: true ";
  const std::string at = "benefits[0].";
  std::vector<Case> cases = {
      {"conditions { coupon_code { codes: 'X' } }"},
      {"conditions { hours { from_time: '08:00' until_time: '09:00' } }"},
      {"limits { per_basket_count: 1 }"},
      {"conditions { tiers { no_tier: true } }", kContradicts, "conditions[0].tiers"},
      {"conditions { stages { stages: STAGE_NEW } }", kContradicts, "conditions[0].stages"},
      {"conditions { member_tags { tags: 'x' } }", kContradicts, "conditions[0].member_tags"},
      {"conditions { first_purchase {} }", kContradicts, "conditions[0].first_purchase"},
      {"conditions { nth_purchase_day { every_count: 5 } }", kContradicts,
       "conditions[0].nth_purchase_day"},
      {"conditions { birthday {} }", kContradicts, "conditions[0].birthday"},
      {"conditions { anniversary {} }", kContradicts, "conditions[0].anniversary"},
      {"conditions { right_held { right_id: 'ten' } }", kContradicts, "conditions[0].right_held"},
      {"limits { per_member_day_count: 1 }", kContradicts, "limits.per_member_day_count"},
      {"limits { per_member_month_count: 1 }", kContradicts, "limits.per_member_month_count"},
      {"limits { per_member_year_count: 1 }", kContradicts, "limits.per_member_year_count"},
      {"limits { per_member_count: 1 }", kContradicts, "limits.per_member_count"},
      {"limits { club_count: 1 }", kContradicts, "limits.club_count"},
      {"limits { club_budget_minor: 1 }", kContradicts, "limits.club_budget_minor"},
      {"effect { bonus_points { points_milli: 1 } }", kContradicts, "effect.bonus_points"},
      {"effect { grant_right { right_id: 'ten' } }", kContradicts, "effect.grant_right"},
  };
  for (Case& expected : cases) expected.text = anyone + expected.text;
  for (Case& expected : cases) expected.field = at + expected.field;
  check_benefits(cases, kNames);
}

TEST_CASE("limits are not negative") {
  check_benefits(
      {{"limits { per_basket_count: -1 }", kInvalid, "benefits[0].limits.per_basket_count"},
       {"limits { per_member_count: -1 }", kInvalid, "benefits[0].limits.per_member_count"},
       {"limits { club_count: -1 }", kInvalid, "benefits[0].limits.club_count"},
       {"limits { club_budget_minor: 10000000000001 }", kInvalid,
        "benefits[0].limits.club_budget_minor"}});
}

TEST_CASE("kinds of rights keep to their forms") {
  const std::string head = "right_id: 'r' title: 'R' ";
  std::vector<Case> cases = {
      {head + "coupon { use_count: 1000 } valid_after_days: 3650 valid_days: 36500"},
      {head, kMissing, "rights[0].kind"},
      {"title: 'R' coupon {}", kMissing, "rights[0].right_id"},
      {"right_id: 'r' coupon {}", kMissing, "rights[0].title"},
      {head + "coupon { use_count: 1001 }", kInvalid, "rights[0].coupon.use_count"},
      {head + "voucher {}", kAmount, "rights[0].voucher.amount_minor"},
      {head + "voucher { amount_minor: 1000000000001 }", kAmount, "rights[0].voucher.amount_minor"},
      {head + "coupon {} valid_after_days: 3651", kInvalid, "rights[0].valid_after_days"},
      {head + "coupon {} valid_days: 36501", kInvalid, "rights[0].valid_days"},
  };
  for (Case& expected : cases) expected.text = "rights { " + expected.text + " }";
  check_programs(cases);
}

TEST_CASE("rules of points keep to their forms") {
  const auto earn = [](const std::string& text) {
    return "earn_rules { rule_id: 'r' " + text + " }";
  };
  const auto spend = [](const std::string& text) { return "spending { " + text + " }"; };
  const std::string rate = "per_amount { points_milli: 1000 amount_minor: 100 } ";
  std::vector<Case> cases = {
      {earn(rate)},
      {earn(""), kMissing, "points.earn_rules[0].kind"},
      {earn(rate) + earn(rate), kContradicts, "points.earn_rules[1].rule_id"},
      {earn(rate + "tier_ids: 'gold'"), kContradicts, "points.earn_rules[0].tier_ids[0]"},
      {earn("per_amount { points_milli: 1000 }"), kAmount,
       "points.earn_rules[0].per_amount.amount_minor"},
      {earn("per_item { points_milli: 1000000000 }")},
      {earn("per_item { points_milli: 1000000001 }"), kAmount,
       "points.earn_rules[0].per_item.points_milli"},
      {earn("per_visit {}"), kAmount, "points.earn_rules[0].per_visit.points_milli"},
      {"point_step_milli: 1000000001", kAmount, "points.point_step_milli"},
      {"pending_days: 3651", kInvalid, "points.pending_days"},
      {"expiry_days: 36501", kInvalid, "points.expiry_days"},
      {"expiry_months: 1201", kInvalid, "points.expiry_months"},
      {"expiry_years: 101", kInvalid, "points.expiry_years"},
      {spend("step_milli: 1000"), kAmount, "points.spending.thousand_points_value_minor"},
      {spend("thousand_points_value_minor: 1000"), kAmount, "points.spending.step_milli"},
      {spend("thousand_points_value_minor: 5000 step_milli: 1000")},  // one point for 0.05
      {spend("thousand_points_value_minor: 5000 step_milli: 200")},   // a fifth of a point for 0.01
      {spend("thousand_points_value_minor: 5000 step_milli: 100"), kContradicts,
       "points.spending.step_milli"},
      {spend("thousand_points_value_minor: 999999999 step_milli: 999999999999"), kContradicts,
       "points.spending.step_milli"},
      {spend("thousand_points_value_minor: 1000000000 step_milli: 1000000000000")},
      {spend("thousand_points_value_minor: 5000 step_milli: 1000 minimum_milli: -1"), kAmount,
       "points.spending.minimum_milli"},
      {spend("thousand_points_value_minor: 5000 step_milli: 1000 maximum_share_bps: 10001"),
       kInvalid, "points.spending.maximum_share_bps"},
  };
  for (Case& expected : cases) expected.text = "points { " + expected.text + " }";
  check_programs(cases);
}

TEST_CASE("tiers keep to their forms") {
  const std::string head = "tier_id: 't' title: 'T' ";
  const std::string bar = "any_of { spend_minor: 100 } ";
  std::vector<Case> cases = {
      {head + bar + "lifetime {}"},
      {head + bar, kMissing, "tiers[0].window"},
      {head + "lifetime {}", kMissing, "tiers[0].any_of"},
      {head + "any_of {} lifetime {}", kMissing, "tiers[0].any_of[0]"},
      {head + "any_of { purchase_days: 1 } calendar_year {}"},
      {head + "any_of { spend_minor: 10000000000001 } lifetime {}", kAmount,
       "tiers[0].any_of[0].spend_minor"},
      {head + "any_of { purchase_days: -1 } lifetime {}", kInvalid,
       "tiers[0].any_of[0].purchase_days"},
      {head + bar + "rolling_days: 0", kInvalid, "tiers[0].rolling_days"},
      {head + bar + "rolling_days: 36500"},
      {head + bar + "rolling_days: 36501", kInvalid, "tiers[0].rolling_days"},
      {head + bar + "lifetime {} grace_days: 3651", kInvalid, "tiers[0].grace_days"},
      {head + bar + "lifetime {} entry_gift {}", kMissing, "tiers[0].entry_gift.kind"},
      {head + bar + "lifetime {} entry_gift { right_id: 'x' }", kContradicts,
       "tiers[0].entry_gift.right_id"},
      {head + bar + "lifetime {} entry_gift { points_milli: 0 }", kAmount,
       "tiers[0].entry_gift.points_milli"},
  };
  for (Case& expected : cases) expected.text = "tiers { " + expected.text + " }";
  check_programs(cases);
}

TEST_CASE("lists and the whole have a size") {
  v1::Program program = program_with_benefit("");
  const v1::Benefit benefit = program.benefits(0);
  for (int i = 1; i < kMaxBenefits; ++i) {
    *program.add_benefits() = benefit;
    program.mutable_benefits(i)->set_benefit_id("b" + std::to_string(i));
  }
  CHECK(check_program(program).ok());
  *program.add_benefits() = benefit;
  check_one(program, {"5001 benefits", v1::REASON_TOO_LARGE, "benefits"});

  program = program_with_benefit("");
  for (int i = 0; i <= kMaxConditions; ++i)
    program.mutable_benefits(0)->add_conditions()->mutable_products();
  check_one(program, {"33 conditions", v1::REASON_TOO_LARGE, "benefits[0].conditions"});
  program.mutable_benefits(0)->mutable_conditions()->RemoveLast();
  CHECK(check_program(program).ok());

  program = program_with_benefit("");
  auto& filter =
      *program.mutable_benefits(0)->mutable_effect()->mutable_percent_off_lines()->mutable_filter();
  for (int i = 0; i <= kMaxFilterEntries; ++i) filter.add_skus("x");
  check_one(program, {"1001 skus", v1::REASON_TOO_LARGE,
                      "benefits[0].effect.percent_off_lines.filter.skus"});

  program = program_with("");
  program.set_notice_waiver(std::string(kMaxProgramBytes, 'x'));
  const absl::Status status = check_program(program);
  CHECK(reason_of(status) == v1::REASON_TOO_LARGE);
  CHECK(detail_of(status).values().at("field") == "program");
}

TEST_CASE("parts of a newer version are seen wherever they stand") {
  v1::Program program = program_with_benefit("conditions { stages { stages: STAGE_NEW } }");
  CHECK_FALSE(has_unknown_parts(program));
  v1::Program newer = program;
  auto& condition = *newer.mutable_benefits(0)->mutable_conditions(0);
  condition.GetReflection()->MutableUnknownFields(&condition)->AddVarint(99, 1);
  CHECK(has_unknown_parts(newer));
  CHECK(reason_of(check_program(newer)) == v1::REASON_PROGRAM_NOT_UNDERSTOOD);
  newer = program;
  newer.mutable_benefits(0)->mutable_conditions(0)->mutable_stages()->add_stages(
      static_cast<v1::Stage>(99));
  CHECK(has_unknown_parts(newer));
}

}  // namespace
}  // namespace moadon
