// Paying with points and gift balance, cash, and what a sale does for the tier.
#include "rules/test_pricing.h"

namespace moadon {
namespace {

using Amounts = std::vector<int64_t>;

// 100 points are 1.00, ten at a time.
std::string spending(const std::string& more = "", const std::string& rules = "") {
  return "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 100 } "
         "} " +
         rules + " spending { thousand_points_value_minor: 1000 step_milli: 10000 " + more +
         " } } ";
}

std::string holding(int64_t points, const std::string& more = "") {
  return std::string(kMember) + "points { available_milli: " + std::to_string(points * 1000) + " " +
         more + " }";
}

std::string wanting(int64_t points) {
  return "spend_points_milli: " + std::to_string(points * 1000) + " ";
}

TEST_CASE("points spent are trimmed to what is held, the share, what is due and whole steps") {
  const struct {
    const char* what;
    const char* rules;
    int64_t held, wanted, price_minor;
    int64_t expect_points, expect_spendable;
  } cases[] = {
      {"as wanted", "", 500, 200, 1000, 200, 500},
      {"what is held", "", 150, 200, 1000, 150, 150},
      {"whole steps of what is wanted", "", 500, 209, 1000, 200, 500},
      {"whole steps of what is held", "", 159, 200, 1000, 150, 150},
      {"what is due", "", 5000, 5000, 1000, 1000, 1000},
      {"whole steps of what is due", "", 5000, 5000, 1009, 1000, 1000},
      {"half of the basket", "maximum_share_bps: 5000", 5000, 5000, 1000, 500, 500},
      {"half, a step short", "maximum_share_bps: 5000", 5000, 5000, 1019, 500, 500},
      {"half, a step more", "maximum_share_bps: 5000", 5000, 5000, 1020, 510, 510},
      {"below the minimum", "minimum_milli: 100000", 500, 99, 1000, 0, 500},
      {"the minimum", "minimum_milli: 100000", 500, 100, 1000, 100, 500},
      {"trimmed below the minimum", "minimum_milli: 100000", 99, 100, 1000, 0, 0},
      {"a minimum between steps", "minimum_milli: 105000", 500, 109, 1000, 0, 500},
      {"nothing wanted", "", 500, 0, 1000, 0, 500},
      {"nothing held", "", 0, 100, 1000, 0, 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const v1::Quote quote = quote_of(
        {spending(c.rules), line("1", c.price_minor) + wanting(c.wanted), holding(c.held)});
    CHECK(quote.points().spent_milli() == c.expect_points * 1000);
    CHECK(quote.points().spent_minor() == c.expect_points);
    CHECK(quote.points().spendable_milli() == c.expect_spendable * 1000);
    CHECK(quote.points().spendable_minor() == c.expect_spendable);
    CHECK(quote.points().available_milli() == c.held * 1000);
    CHECK(quote.total_minor() == c.price_minor);
    CHECK(quote.due_minor() == c.price_minor - c.expect_points);
  }
}

TEST_CASE("points whose last day has passed are not held, facts older than 62 days hold nothing") {
  const struct {
    const char* expiring;
    absl::CivilDay day;
    int64_t expect_points;
  } cases[] = {
      {"expiring { expire_date: '2026-11-21' points_milli: 200000 }", absl::CivilDay(2026, 11, 21),
       500},
      {"expiring { expire_date: '2026-11-21' points_milli: 200000 }", absl::CivilDay(2026, 11, 22),
       300},
      {"expiring { expire_date: '2026-11-21' points_milli: 500000 }", absl::CivilDay(2026, 11, 22),
       0},
      {"", absl::CivilDay(2027, 1, 22), 500},
      {"", absl::CivilDay(2027, 1, 23), 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.expiring, c.day);
    Scene scene{spending(), line("1", 10000), holding(500, c.expiring)};
    scene.day = c.day;
    CHECK(quote_of(scene).points().available_milli() == c.expect_points * 1000);
  }
}

TEST_CASE("facts that do not say when they were issued are of the day") {
  const v1::Quote quote = quote_of(
      {spending(), line("1", 1000), "member_id: 'm' snapshot: 1 points { available_milli: 5000 }"});
  CHECK(quote.points().available_milli() == 5000);
}

TEST_CASE("points pay no deposits and no gift balance sold, and these are no part of the share") {
  const v1::Quote quote =
      quote_of({spending("maximum_share_bps: 5000"),
                line("1", 400) + line("2", 1000, 1000, "is_deposit: true") +
                    line("3", 1000, 1000, "is_gift_balance: true") + wanting(5000),
                holding(5000)});
  CHECK(quote.points().spent_minor() == 200);
  CHECK(quote.lines(0).points_spent_minor() == 200);
  CHECK(quote.lines(1).points_spent_minor() == 0);
  CHECK(quote.lines(2).points_spent_minor() == 0);
}

TEST_CASE("points spent are spread over the lines by value, their number by their worth") {
  const v1::Quote quote = quote_of(
      {spending(), line("1", 100) + line("2", 100) + line("3", 100) + wanting(100), holding(500)});
  Amounts minor, milli;
  for (const v1::QuotedLine& quoted : quote.lines()) {
    minor.push_back(quoted.points_spent_minor());
    milli.push_back(quoted.points_spent_milli());
  }
  CHECK(minor == Amounts{34, 33, 33});
  CHECK(milli == Amounts{34000, 33000, 33000});
}

TEST_CASE("gift balance pays what points have left, deposits included") {
  const std::string basket =
      line("1", 300) + line("2", 100, 1000, "is_deposit: true") + wanting(200);
  const struct {
    int64_t gift_minor, expect_minor;
    Amounts expect;
  } cases[] = {{100, 100, {50, 50}},
               {199, 199, {100, 99}},
               {200, 200, {100, 100}},
               {201, 200, {100, 100}},
               {0, 0, {0, 0}}};
  for (const auto& c : cases) {
    CAPTURE(c.gift_minor);
    const v1::Quote quote = quote_of(
        {spending(), basket + "gift_balance_minor: " + std::to_string(c.gift_minor), holding(500)});
    CHECK(quote.points().spent_minor() == 200);
    CHECK(quote.gift_balance_minor() == c.expect_minor);
    CHECK(Amounts{quote.lines(0).gift_balance_minor(), quote.lines(1).gift_balance_minor()} ==
          c.expect);
    CHECK(quote.due_minor() == 200 - c.expect_minor);
  }
}

TEST_CASE("what is paid with points or gift balance earns nothing unless the program says so") {
  const std::string basket = line("1", 1000) + wanting(300) + "gift_balance_minor: 250";
  const v1::Quote strict = quote_of({spending(), basket, holding(500)});
  CHECK(strict.points().earned_milli() == 4000);
  const v1::Quote generous =
      quote_of({spending("", "earns_on_points_and_gift_balance: true"), basket, holding(500)});
  CHECK(generous.points().earned_milli() == 10000);
}

TEST_CASE("units that points pay whole earn nothing, a visit does") {
  const auto rule = [](const std::string& kind) {
    return "points { earn_rules { rule_id: 'r' " + kind +
           " } spending { thousand_points_value_minor: 1000 step_milli: 10000 } } ";
  };
  const auto earned = [&](const std::string& kind, int64_t points) {
    return quote_of({rule(kind), line("1", 1000, 2000) + wanting(points), holding(5000)})
        .points()
        .earned_milli();
  };
  CHECK(earned("per_item { points_milli: 1000 }", 1990) == 2000);
  CHECK(earned("per_item { points_milli: 1000 }", 2000) == 0);
  CHECK(earned("per_visit { points_milli: 1000 }", 2000) == 1000);
}

TEST_CASE("the basket's cap does not count payment by points") {
  const v1::Quote quote =
      quote_of({"basket_cap_minor: 50 " + spending() +
                    benefit("a", "effect { amount_off_basket { amount_minor: 50 } }"),
                line("1", 1000) + wanting(300), holding(500)});
  CHECK(quote.saved_minor() == 50);
  CHECK(quote.points().spent_minor() == 300);
}

TEST_CASE("rounding of the cash total changes no price and no points") {
  const struct {
    int64_t total_minor, step_minor, expect_minor;
  } cases[] = {{1704, 10, 1700}, {1705, 10, 1710}, {1700, 10, 1700}, {1704, 1, 1704},
               {1704, 0, 1704},  {1702, 5, 1700},  {1703, 5, 1705}};
  for (const auto& c : cases) {
    CAPTURE(c.total_minor, c.step_minor);
    const v1::Quote quote =
        quote_of({"cash_rounding_minor: " + std::to_string(c.step_minor) + " " + spending(),
                  line("1", c.total_minor)});
    CHECK(quote.cash_total_minor() == c.expect_minor);
    CHECK(quote.total_minor() == c.total_minor);
    CHECK(quote.due_minor() == c.total_minor);
    CHECK(quote.points().earned_milli() == 17000);
  }
  CHECK(quote_of(
            {"cash_rounding_minor: 10 " + spending(), line("1", 1704) + wanting(100), holding(500)})
            .cash_total_minor() == 1600);
}

const std::string kTiers =
    "tiers { tier_id: 'silver' title: 'Silver' any_of { spend_minor: 1000 } lifetime {} } "
    "tiers { tier_id: 'gold' title: 'Gold' any_of { spend_minor: 5000 } any_of { purchase_days: 9 "
    "} lifetime {} } ";

TEST_CASE("the tier is the one before the sale, the gap to the next the one after it") {
  const std::string facts = std::string(kMember) +
                            "tier_id: 'silver' next_tier_gaps { spend_minor: 3000 } "
                            "next_tier_gaps { spend_minor: 100 purchase_days: 2 } ";
  const std::string basket = line("1", 2999) + line("2", 500, 1000, "is_deposit: true") +
                             line("3", 500, 1000, "is_gift_balance: true");
  v1::QuotedTier tier = quote_of({kTiers, basket, facts}).tier();
  CHECK(tier.tier_id() == "silver");
  CHECK(tier.title() == "Silver");
  CHECK(tier.next_tier_id() == "gold");
  CHECK(tier.next_title() == "Gold");
  CHECK(tier.gaps(0).spend_minor() == 1);
  CHECK(tier.gaps(1).spend_minor() == 0);
  CHECK(tier.gaps(1).purchase_days() == 1);
  // A second sale of a day is no further purchase day, and a reached bar asks nothing.
  tier = quote_of({kTiers, line("1", 3000), facts + "last_purchase_date: '2026-11-21'"}).tier();
  CHECK(tier.gaps(0).spend_minor() == 0);
  CHECK(tier.gaps(1).purchase_days() == 2);
}

TEST_CASE("without a tier the lowest is next, above the highest there is none") {
  const v1::QuotedTier none =
      quote_of(
          {kTiers, line("1", 100), std::string(kMember) + "next_tier_gaps { spend_minor: 900 }"})
          .tier();
  CHECK(none.tier_id().empty());
  CHECK(none.next_tier_id() == "silver");
  CHECK(none.gaps(0).spend_minor() == 800);
  const v1::QuotedTier top =
      quote_of({kTiers, line("1", 100), std::string(kMember) + "tier_id: 'gold'"}).tier();
  CHECK(top.tier_id() == "gold");
  CHECK(top.next_tier_id().empty());
  CHECK(top.gaps().empty());
  CHECK_FALSE(quote_of({"", line("1", 100)}).has_tier());
}

TEST_CASE("an empty basket costs nothing and earns nothing") {
  const v1::Quote quote = quote_of({spending(), wanting(100), holding(500)});
  CHECK(quote.total_minor() == 0);
  CHECK(quote.points().earned_milli() == 0);
  CHECK(quote.points().spendable_milli() == 0);
}

}  // namespace
}  // namespace moadon
