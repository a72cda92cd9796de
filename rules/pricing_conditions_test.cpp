// Conditions at their boundaries, each with the reason that the cashier hears.
#include "rules/calendar.h"
#include "rules/test_pricing.h"

namespace moadon {
namespace {

const std::string kOff = "effect { percent_off_lines { percent_bps: 1000 } } ";

std::string with_condition(const std::string& condition) {
  return benefit("a", kOff + "conditions { " + condition + " }");
}

// Why benefit "a" does not apply; empty when it does.
std::string reason(const std::string& condition, const Scene& scene) {
  Scene full = scene;
  full.program = with_condition(condition) + scene.program;
  if (full.basket.empty()) full.basket = line("1", 1000);
  return reason_for(quote_of(full), "a");
}

Scene on(const std::string& day, const std::string& more_facts = "") {
  Scene scene;
  scene.day = parse_day(day, "day").value();
  scene.facts += more_facts;
  return scene;
}

TEST_CASE("a date condition holds from its first to its last date, both included") {
  const std::string dates = "dates { from_date: '2026-11-10' until_date: '2026-11-20' }";
  CHECK(reason(dates, on("2026-11-09")) == "starts { date: \"2026-11-10\" }");
  CHECK(reason(dates, on("2026-11-10")).empty());
  CHECK(reason(dates, on("2026-11-20")).empty());
  CHECK(reason(dates, on("2026-11-21")) == "ended { date: \"2026-11-20\" }");
  CHECK(reason("dates { until_date: '2026-11-20' }", on("1999-01-01")).empty());
  CHECK(reason("dates { from_date: '2026-11-20' }", on("2099-01-01")).empty());
}

TEST_CASE("weekdays are those of the business date, and the reason is the next one") {
  const std::string weekdays = "weekdays { weekdays: [WEEKDAY_SUNDAY, WEEKDAY_TUESDAY] }";
  CHECK(reason(weekdays, on("2026-11-21")) == "other_weekday { date: \"2026-11-22\" }");
  CHECK(reason(weekdays, on("2026-11-22")).empty());  // a Sunday
  CHECK(reason(weekdays, on("2026-11-23")) == "other_weekday { date: \"2026-11-24\" }");
  CHECK(reason(weekdays, on("2026-11-24")).empty());
  CHECK(reason(weekdays, on("2026-11-25")) == "other_weekday { date: \"2026-11-29\" }");
  CHECK(reason("weekdays { weekdays: WEEKDAY_SATURDAY }", on("2026-11-21")).empty());
  CHECK(reason("weekdays { weekdays: WEEKDAY_SATURDAY }", on("2026-11-22")) ==
        "other_weekday { date: \"2026-11-28\" }");
}

TEST_CASE(
    "hours are wall clock, from included, until not, across midnight when until is not after") {
  const struct {
    const char* from;
    const char* until;
    int minute;
    bool holds;
  } cases[] = {
      {"08:00", "10:00", 479, false},  {"08:00", "10:00", 480, true},
      {"08:00", "10:00", 599, true},   {"08:00", "10:00", 600, false},
      {"22:00", "02:00", 1319, false}, {"22:00", "02:00", 1320, true},
      {"22:00", "02:00", 1439, true},  {"22:00", "02:00", 0, true},
      {"22:00", "02:00", 119, true},   {"22:00", "02:00", 120, false},
      {"00:00", "24:00", 0, true},     {"00:00", "24:00", 1439, true},
      {"12:00", "12:00", 0, true},     {"12:00", "12:00", 720, true},
      {"20:00", "24:00", 1439, true},  {"20:00", "24:00", 1199, false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.from, c.until, c.minute);
    Scene scene;
    scene.minute_of_day = c.minute;
    const std::string times =
        std::string("from_time: \"") + c.from + "\" until_time: \"" + c.until + "\"";
    CHECK(reason("hours { " + times + " }", scene) ==
          (c.holds ? "" : "other_hours { " + times + " }"));
  }
}

TEST_CASE("a birthday is near from so many days before to so many after, over the turn of a year") {
  const struct {
    const char* birthday;
    const char* day;
    const char* expect;
  } cases[] = {
      {"11-21", "2026-11-18", "not_birthday { date: \"2026-11-19\" }"},
      {"11-21", "2026-11-19", ""},
      {"11-21", "2026-11-24", ""},
      {"11-21", "2026-11-25", "not_birthday { date: \"2027-11-19\" }"},
      {"01-01", "2026-12-29", "not_birthday { date: \"2026-12-30\" }"},
      {"01-01", "2026-12-30", ""},
      {"12-30", "2027-01-02", ""},
      {"12-30", "2027-01-03", "not_birthday { date: \"2027-12-28\" }"},
      // 29 February is 28 February in other years.
      {"02-29", "2027-02-25", "not_birthday { date: \"2027-02-26\" }"},
      {"02-29", "2027-02-26", ""},
      {"02-29", "2027-03-03", ""},
      {"02-29", "2027-03-04", "not_birthday { date: \"2028-02-27\" }"},
      {"02-29", "2028-02-26", "not_birthday { date: \"2028-02-27\" }"},
      {"02-29", "2028-03-03", ""},
      {"02-29", "2028-03-04", "not_birthday { date: \"2029-02-26\" }"},
      {"", "2026-11-21", "not_birthday { }"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.birthday, c.day);
    CHECK(reason("birthday { days_before: 2 days_after: 3 }",
                 on(c.day, std::string("birthday: '") + c.birthday + "'")) == c.expect);
  }
  CHECK(reason("birthday {}", on("2026-11-21", "birthday: '11-21'")).empty());
  CHECK(reason("birthday {}", on("2026-11-22", "birthday: '11-21'")) ==
        "not_birthday { date: \"2027-11-21\" }");
}

TEST_CASE("an anniversary is looked at as a birthday is") {
  const std::string window = "anniversary { days_after: 1 }";
  CHECK(reason(window, on("2026-11-20", "anniversary: '11-21'")) ==
        "not_anniversary { date: \"2026-11-21\" }");
  CHECK(reason(window, on("2026-11-22", "anniversary: '11-21'")).empty());
  CHECK(reason(window, on("2026-11-23", "anniversary: '11-21'")) ==
        "not_anniversary { date: \"2027-11-21\" }");
  CHECK(reason(window, on("2026-11-23", "birthday: '11-23'")) == "not_anniversary { }");
}

TEST_CASE("the first purchase is while nothing was kept before") {
  CHECK(reason("first_purchase {}", on("2026-11-21")).empty());
  CHECK(reason("first_purchase {}",
               on("2026-11-21", "purchase_day_count: 1 last_purchase_date: '2026-11-21'")) ==
        "not_first_purchase { }");
}

TEST_CASE("every n-th purchase day means all sales of that day") {
  const struct {
    int count;
    const char* last;
    const char* expect;
  } cases[] = {
      {0, "", "purchase_days_missing { count: 2 }"},
      {1, "2026-11-20", "purchase_days_missing { count: 1 }"},
      {2, "2026-11-20", ""},                                    // the first sale of the third day
      {3, "2026-11-21", ""},                                    // its second
      {3, "2026-11-20", "purchase_days_missing { count: 2 }"},  // the fourth day
      {2, "2026-11-21", "purchase_days_missing { count: 1 }"},
      {5, "2026-11-20", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.count, c.last);
    CHECK(reason("nth_purchase_day { every_count: 3 }",
                 on("2026-11-21", "purchase_day_count: " + std::to_string(c.count) +
                                      " last_purchase_date: '" + c.last + "'")) == c.expect);
  }
}

TEST_CASE("branches, stages and tags are any of those named") {
  Scene scene;
  CHECK(reason("branches { branch_ids: ['B0', 'B1'] }", scene).empty());
  CHECK(reason("branches { branch_ids: 'B2' }", scene) == "other_branch { }");
  const char* const day = "2026-11-21";
  CHECK(
      reason("stages { stages: [STAGE_NEW, STAGE_LOYAL] }", on(day, "stage: STAGE_LOYAL")).empty());
  CHECK(reason("stages { stages: [STAGE_NEW, STAGE_LOYAL] }", on(day, "stage: STAGE_ACTIVE")) ==
        "other_stage { }");
  CHECK(reason("member_tags { tags: ['x', 'y'] }", on(day, "tags: 'w' tags: 'y'")).empty());
  CHECK(reason("member_tags { tags: ['x', 'y'] }", on(day, "tags: 'w'")) == "tag_missing { }");
}

TEST_CASE("tiers are any of those named, or none where said") {
  Scene scene;
  scene.program =
      "tiers { tier_id: 'silver' title: 'Silver' any_of { spend_minor: 1 } lifetime {} } "
      "tiers { tier_id: 'gold' title: 'Gold' any_of { spend_minor: 2 } lifetime {} } ";
  const std::string needed =
      "tier_needed { tier_ids: \"silver\" tier_ids: \"gold\" titles: \"Silver\" titles: \"Gold\" }";
  const std::string either = "tiers { tier_ids: ['silver', 'gold'] }";
  CHECK(reason(either, scene) == needed);
  CHECK(reason("tiers { no_tier: true }", scene).empty());
  scene.facts += "tier_id: 'gold'";
  CHECK(reason(either, scene).empty());
  CHECK(reason("tiers { tier_ids: 'silver' no_tier: true }", scene) ==
        "tier_needed { tier_ids: \"silver\" titles: \"Silver\" }");
}

TEST_CASE("a minimum basket is before all discounts, of the lines that count") {
  Scene scene;
  scene.basket = line("1", 4000, 1000, "category: 'c'") + line("2", 4999, 1000, "category: 'c'") +
                 line("3", 5000, 1000, "category: 'd'");
  const auto minimum = [](int64_t amount_minor, const char* filter) {
    return "minimum_basket { amount_minor: " + std::to_string(amount_minor) + " " + filter + " }";
  };
  const char* const only_c = "filter { categories: 'c' }";
  CHECK(reason(minimum(8998, only_c), scene).empty());
  CHECK(reason(minimum(8999, only_c), scene).empty());
  CHECK(reason(minimum(9000, only_c), scene) == "spend_missing { amount_minor: 1 }");
  CHECK(reason(minimum(15199, ""), scene) == "spend_missing { amount_minor: 1200 }");
}

TEST_CASE("an overridden price counts at its list price; deposits and gifts do not count") {
  Scene scene;
  scene.basket = line("1", 900, 1000, "price_override { unit_price_minor: 1 }") +
                 line("2", 100, 1000, "register_discount_minor: 100") +
                 line("3", 5000, 1000, "is_deposit: true") +
                 line("4", 5000, 1000, "is_gift_balance: true") +
                 line("5", 5000, 1000, "gift_benefit_id: 'x'");
  CHECK(reason("minimum_basket { amount_minor: 1000 }", scene) == "changes_nothing { }");
  CHECK(reason("minimum_basket { amount_minor: 1001 }", scene) ==
        "spend_missing { amount_minor: 1 }");
  CHECK(reason("minimum_quantity { quantity_milli: 2001 }", scene) ==
        "quantity_missing { quantity_milli: 1 }");
  for (const char* sku : {"S3", "S4", "S5"}) {
    CHECK(reason(std::string("products { filter { skus: '") + sku + "' } }", scene) ==
          "products_missing { }");
  }
}

TEST_CASE("a minimum quantity counts parts of units too") {
  Scene scene;
  scene.basket = line("1", 500, 1653) + line("2", 500, 347);
  CHECK(reason("minimum_quantity { quantity_milli: 1999 }", scene).empty());
  CHECK(reason("minimum_quantity { quantity_milli: 2000 }", scene).empty());
  CHECK(reason("minimum_quantity { quantity_milli: 2001 }", scene) ==
        "quantity_missing { quantity_milli: 1 }");
  CHECK(reason("minimum_quantity { quantity_milli: 1000 filter { skus: 'S2' } }", scene) ==
        "quantity_missing { quantity_milli: 653 }");
}

TEST_CASE("of several conditions that do not hold the smallest number is told") {
  Scene scene;
  scene.program = with_condition(
      "minimum_basket { amount_minor: 99999 } } conditions { products { "
      "filter { skus: 'no' } } } conditions { coupon_code { codes: 'X' } "
      "} conditions { branches { branch_ids: 'B9' }");
  scene.basket = line("1", 1000);
  CHECK(reason_for(quote_of(scene), "a") == "other_branch { }");
  scene.branch_id = "B9";
  CHECK(reason_for(quote_of(scene), "a") == "code_missing { }");
  scene.basket += "coupon_codes: 'x'";
  CHECK(reason_for(quote_of(scene), "a") == "products_missing { }");
  scene.basket += line("2", 1000, 1000, "sku: 'no'");
  CHECK(reason_for(quote_of(scene), "a") == "spend_missing { amount_minor: 97999 }");
}

TEST_CASE("without a member there are no benefits, except those for anyone, and no points") {
  const std::string program =
      "points { earn_rules { rule_id: 'r' per_visit { points_milli: 1000 } } } "
      "tiers { tier_id: 't' title: 'T' any_of { spend_minor: 1 } lifetime {} } " +
      benefit("a", kOff + "conditions { branches { branch_ids: 'B9' } }") +
      benefit("b", kOff + "for_anyone: true");
  const v1::Quote nobody = quote_of({program, line("1", 1000), ""});
  CHECK(applied_in(nobody) == "b");
  CHECK(reason_for(nobody, "a") == "member_needed { }");
  CHECK_FALSE(nobody.has_points());
  CHECK_FALSE(nobody.has_tier());
  CHECK(nobody.facts_snapshot() == 0);
}

TEST_CASE(
    "a member of whom nothing is known earns as one without a tier and gets what anyone gets") {
  const std::string program =
      "points { earn_rules { rule_id: 'all' per_visit { points_milli: 1000 } } "
      "earn_rules { rule_id: 'none' no_tier: true per_visit { points_milli: 2000 } } "
      "earn_rules { rule_id: 'gold' tier_ids: 'gold' per_visit { points_milli: 4000 } } "
      "spending { thousand_points_value_minor: 1000 step_milli: 1000 } } "
      "tiers { tier_id: 'gold' title: 'G' any_of { spend_minor: 1 } lifetime {} } " +
      benefit("a", kOff) + benefit("b", kOff + "for_anyone: true");
  const v1::Quote quote =
      quote_of({program, line("1", 1000) + "spend_points_milli: 1000",
                "member_id: 'm' tier_id: 'gold' points { available_milli: 100000 }"});
  CHECK(applied_in(quote) == "b");
  CHECK(reason_for(quote, "a") == "server_needed { }");
  CHECK(quote.points().earned_milli() == 3000);
  CHECK(quote.points().spent_milli() == 0);
  CHECK(quote.points().available_milli() == 0);
  CHECK_FALSE(quote.has_tier());
}

}  // namespace
}  // namespace moadon
