// rules.md, "Points", and design.md section 6: what a sale earns.
#include "rules/test_pricing.h"

namespace moadon {
namespace {

// One earn rule, then more of the program.
std::string earning(const std::string& rule, const std::string& more = "") {
  return "points { earn_rules { rule_id: 'r' " + rule + " } " + more + " } ";
}

int64_t earned(const Scene& scene) { return quote_of(scene).points().earned_milli(); }

const std::string kPointPerShekel = "per_amount { points_milli: 1000 amount_minor: 100 }";

TEST_CASE("points of a rule are rounded down to the step") {
  const struct {
    const char* step;
    int64_t paid_minor, expect_milli;
  } cases[] = {
      {"", 99, 0},         {"", 100, 1000},    {"", 199, 1000},    {"", 200, 2000},
      {"1", 199, 1990},    {"500", 149, 1000}, {"500", 150, 1500}, {"5000", 499, 0},
      {"5000", 500, 5000}, {"1", 1, 10},
  };
  for (const auto& c : cases) {
    CAPTURE(c.step, c.paid_minor);
    const std::string step = *c.step == '\0' ? "" : std::string("point_step_milli: ") + c.step;
    CHECK(earned({earning(kPointPerShekel, step), line("1", c.paid_minor)}) == c.expect_milli);
  }
}

TEST_CASE("a rule adds up the basket before it rounds, each rule rounds by itself") {
  CHECK(earned({earning(kPointPerShekel), line("1", 50) + line("2", 50)}) == 1000);
  const std::string two_rules =
      "points { earn_rules { rule_id: 'a' filter { skus: 'S1' } " + kPointPerShekel +
      " } earn_rules { rule_id: 'b' filter { skus: 'S2' } " + kPointPerShekel + " } }";
  CHECK(earned({two_rules, line("1", 150) + line("2", 150)}) == 2000);
  CHECK(earned({two_rules, line("1", 200) + line("2", 99)}) == 2000);
}

TEST_CASE("what is paid net earns: after all discounts, by the filter") {
  const std::string program = earning(kPointPerShekel + " filter { categories: 'c' }") +
                              benefit("a", "effect { percent_off_lines { percent_bps: 5000 } }");
  CHECK(earned({program, line("1", 1000, 1000, "category: 'c'") + line("2", 1000)}) == 5000);
}

TEST_CASE("deposits, gift balance sold and gift lines never earn; a cashier's price does") {
  for (const std::string& rule : {kPointPerShekel, std::string("per_item { points_milli: 1000 }"),
                                  std::string("per_visit { points_milli: 1000 }")}) {
    CAPTURE(rule);
    CHECK(earned({earning(rule), line("1", 1000, 1000, "is_deposit: true")}) == 0);
    CHECK(earned({earning(rule), line("1", 1000, 1000, "is_gift_balance: true")}) == 0);
    CHECK(earned({earning(rule), line("1", 1000, 1000, "gift_benefit_id: 'g'")}) == 0);
    CHECK(earned({earning(rule), ""}) == 0);
  }
  CHECK(earned({earning(kPointPerShekel),
                line("1", 1000, 1000, "price_override { unit_price_minor: 300 }")}) == 3000);
}

TEST_CASE("rules are for tiers, for members without one, or for all") {
  const std::string tiers =
      "tiers { tier_id: 'silver' title: 'S' any_of { spend_minor: 1 } lifetime {} } "
      "tiers { tier_id: 'gold' title: 'G' any_of { spend_minor: 2 } lifetime {} } ";
  const struct {
    const char* rule;
    int64_t none, silver, gold;
  } cases[] = {
      {"", 1000, 1000, 1000},
      {"no_tier: true", 1000, 0, 0},
      {"tier_ids: 'gold'", 0, 0, 1000},
      {"tier_ids: ['silver', 'gold']", 0, 1000, 1000},
      {"tier_ids: 'silver' no_tier: true", 1000, 1000, 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rule);
    const std::string program =
        tiers + earning(std::string("per_visit { points_milli: 1000 } ") + c.rule);
    CHECK(earned({program, line("1", 100)}) == c.none);
    CHECK(earned({program, line("1", 100), std::string(kMember) + "tier_id: 'silver'"}) ==
          c.silver);
    CHECK(earned({program, line("1", 100), std::string(kMember) + "tier_id: 'gold'"}) == c.gold);
  }
}

TEST_CASE("points per item go by quantity, parts of units too") {
  const std::string program = earning("per_item { points_milli: 1500 }", "point_step_milli: 1");
  CHECK(earned({program, line("1", 100, 2000)}) == 3000);
  CHECK(earned({program, line("1", 100, 347)}) == 520);  // 520.5
  CHECK(earned({program, line("1", 0, 1000)}) == 1500);
}

TEST_CASE("a visit earns once per sale when one line fits") {
  const std::string program =
      earning("per_visit { points_milli: 5000 } filter { skus: ['S1', 'S2'] }");
  CHECK(earned({program, line("3", 100)}) == 0);
  CHECK(earned({program, line("1", 100)}) == 5000);
  CHECK(earned({program, line("1", 100, 3000) + line("2", 100)}) == 5000);
  CHECK(earned({earning("per_visit { points_milli: 1999 }"), line("1", 1)}) == 1000);
}

std::string multiplier(const std::string& id, int factor_bps, const std::string& filter = "") {
  return benefit(id, "effect { points_multiplier { factor_bps: " + std::to_string(factor_bps) +
                         " filter { " + filter + " } } }");
}

TEST_CASE("multipliers multiply together, on amounts and items, not on visits or bonus") {
  const std::string bonus = benefit("z", "effect { bonus_points { points_milli: 10000 } }");
  const std::string program =
      "points { earn_rules { rule_id: 'a' " + kPointPerShekel +
      " } earn_rules { rule_id: 'b' per_item { points_milli: 1000 } } earn_rules { rule_id: 'c' "
      "per_visit { points_milli: 7000 } } } " +
      multiplier("m", 20000) + multiplier("n", 15000, "skus: 'S1'") + bonus;
  const v1::Quote quote = quote_of({program, line("1", 1000, 2000) + line("2", 1000)});
  // Amounts 30 and items 3; twice, and line 1 (20 and 2) three times; visit 7; bonus 10.
  CHECK(quote.applied(0).points_milli() == 33000);
  CHECK(quote.applied(1).points_milli() == 22000);
  CHECK(quote.applied(2).points_milli() == 10000);
  CHECK(quote.points().earned_milli() == 33000 + 7000 + 33000 + 22000 + 10000);
  CHECK(quote.applied(1).line_ids_size() == 1);
  CHECK(quote.applied(2).line_ids_size() == 0);
}

TEST_CASE(
    "the product of factors is kept to a millionth, rounded down, and is at most a thousand") {
  const std::string rule =
      earning("per_amount { points_milli: 1000000 amount_minor: 1 }", "point_step_milli: 1");
  const auto with = [&](std::initializer_list<int> factors) {
    std::string program = rule;
    char id = 'a';
    for (const int factor : factors) program += multiplier(std::string(1, id++), factor);
    return earned({program, line("1", 1)});
  };
  CHECK(with({3333}) == 333300);
  CHECK(with({3333, 3333}) == 111088);  // 0.11108889 kept as 0.111088
  CHECK(with({1, 9999}) == 99);         // 0.00009999 kept as 0.000099
  CHECK(with({1000000, 100000}) == 1'000'000'000);
  CHECK(with({1000000, 100001}) == 1'000'000'000);
  CHECK(with({1000000, 1000000, 5000}) == 500'000'000);
}

TEST_CASE("a multiplier that adds nothing is not applied") {
  const std::string program = earning(kPointPerShekel) + multiplier("a", 15000);
  CHECK(reason_for(quote_of({program, line("1", 100)}), "a") == "changes_nothing { }");
  CHECK(applied_in(quote_of({program, line("1", 200)})) == "a");
  CHECK(reason_for(quote_of({earning(kPointPerShekel) + multiplier("a", 10000), line("1", 900)}),
                   "a") == "changes_nothing { }");
  CHECK(reason_for(quote_of({earning(kPointPerShekel) + multiplier("a", 20000, "skus: 'no'"),
                             line("1", 900)}),
                   "a") == "products_missing { }");
  CHECK(reason_for(quote_of({multiplier("a", 20000), line("1", 900)}), "a") ==
        "changes_nothing { }");
}

TEST_CASE("a factor below one lessens") {
  const v1::Quote quote =
      quote_of({earning(kPointPerShekel) + multiplier("a", 5000), line("1", 1000)});
  CHECK(quote.points().earned_milli() == 5000);
  CHECK(quote.applied(0).points_milli() == -5000);
}

TEST_CASE("a sale earns at most a million million points") {
  const v1::Quote quote =
      quote_of({earning("per_amount { points_milli: 1000000000 amount_minor: 1 }") +
                    benefit("b", "effect { bonus_points { points_milli: 1000 } }") +
                    multiplier("m", 1000000),
                line("1", 1'000'000'000'000)});
  CHECK(quote.points().earned_milli() == 1'000'000'000'000'000);
}

TEST_CASE("earned points say from when to when they can be used") {
  const struct {
    const char* rules;
    const char* usable;
    const char* expire;
  } cases[] = {
      {"", "2026-11-21", ""},
      {"pending_days: 3", "2026-11-24", ""},
      {"expiry_days: 30", "2026-11-21", "2026-12-21"},
      {"pending_days: 3 expiry_days: 30", "2026-11-24", "2026-12-21"},
      {"expiry_months: 0", "2026-11-21", "2026-11-30"},
      {"expiry_months: 3", "2026-11-21", "2027-02-28"},
      {"expiry_years: 0", "2026-11-21", "2026-12-31"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rules);
    const v1::QuotedPoints points =
        quote_of({earning(kPointPerShekel, c.rules), line("1", 1000)}).points();
    CHECK(points.usable_date() == c.usable);
    CHECK(points.expire_date() == c.expire);
  }
  CHECK(quote_of({earning(kPointPerShekel), line("1", 1)}).points().usable_date().empty());
}

}  // namespace
}  // namespace moadon
