// Pricing without the server, to the agora: offline.proto, OfflineTerms.
#include "rules/offline.h"
#include "rules/test_pricing.h"

namespace moadon {
namespace {

const std::string kNeeded = "server_needed { }";

// A hundred points are 1.00, ten at a time, and one is earned for 1.00.
std::string points(const std::string& spending = "") {
  return "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 100 } "
         "} spending { thousand_points_value_minor: 1000 step_milli: 10000 " +
         spending + " } } ";
}

std::string holding(int64_t points) {
  return "points { available_milli: " + std::to_string(points * 1000) + " } ";
}

std::string wanting(int64_t points) {
  return "spend_points_milli: " + std::to_string(points * 1000) + " ";
}

// Facts of a member, priced under terms.
std::string under(const std::string& terms, const std::string& facts = "") {
  return std::string(kMember) + facts + " offline { " + terms + " }";
}

std::string amount(int64_t minor, const std::string& more = "") {
  return "amount_limit_minor: " + std::to_string(minor) + " " + more;
}

// A benefit that a member may use once a day.
std::string daily(const std::string& id, const std::string& effect, const std::string& more = "") {
  return benefit(id, "limits { per_member_day_count: 1 } effect { " + effect + " } " + more);
}

std::string amount_off(int64_t minor) {
  return "amount_off_basket { amount_minor: " + std::to_string(minor) + " }";
}

TEST_CASE("points pay at most what the terms say in points and in money") {
  const struct {
    const char* what;
    const char* spending;
    int64_t points_limit, amount_limit_minor, wanted;
    int64_t expect_points, expect_spendable;
  } cases[] = {
      {"both are wide", "", 9999, 9999, 200, 200, 500},
      {"the points", "", 150, 9999, 200, 150, 150},
      {"whole steps of the points", "", 159, 9999, 200, 150, 150},
      {"the amount", "", 9999, 150, 200, 150, 150},
      {"whole steps of the amount", "", 9999, 159, 200, 150, 150},
      {"the smaller one", "", 130, 120, 200, 120, 120},
      {"less than a step", "", 9, 9999, 200, 0, 0},
      {"less than a step is worth", "", 9999, 9, 200, 0, 0},
      {"no points", "", 0, 9999, 200, 0, 0},
      {"no amount", "", 9999, 0, 200, 0, 0},
      {"below zero", "", -1, -1, 200, 0, 0},
      {"the minimum is reached", "minimum_milli: 100000", 100, 100, 200, 100, 100},
      {"the minimum is not", "minimum_milli: 100000", 99, 9999, 200, 0, 0},
      {"nor in money", "minimum_milli: 100000", 9999, 99, 200, 0, 0},
      {"the share is less", "maximum_share_bps: 1000", 9999, 150, 200, 100, 100},
      {"the share is more", "maximum_share_bps: 2000", 9999, 150, 200, 150, 150},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const std::string terms = amount(
        c.amount_limit_minor, "points_limit_milli: " + std::to_string(c.points_limit * 1000));
    const v1::Quote quote = quote_of(
        {points(c.spending), line("1", 1000) + wanting(c.wanted), under(terms, holding(500))});
    CHECK(quote.points().spent_milli() == c.expect_points * 1000);
    CHECK(quote.points().spent_minor() == c.expect_points);
    CHECK(quote.points().spendable_milli() == c.expect_spendable * 1000);
    CHECK(quote.points().available_milli() == 500'000);
    CHECK(quote.due_minor() == 1000 - c.expect_points);
  }
}

TEST_CASE("benefits without limits are given whole, and take nothing of the amount") {
  const std::string program =
      points() + benefit("a", "effect { percent_off_lines { percent_bps: 5000 } }") +
      benefit("b", "limits { per_basket_count: 1 } effect { cheapest_off { percent_bps: 10000 } }");
  const v1::Quote quote =
      quote_of({program, line("1", 1000, 3000) + wanting(100),
                under(amount(100, "points_limit_milli: 100000"), holding(500))});
  CHECK(applied_in(quote) == "a b");
  CHECK(quote.total_minor() == 1000);
  CHECK(quote.points().spent_minor() == 100);
}

TEST_CASE("a benefit with limits is trimmed to the amount") {
  const struct {
    int64_t limit_minor, expect_saved_minor;
  } cases[] = {{1000, 300}, {300, 300}, {299, 299}, {1, 1}, {0, 0}, {-5, 0}};
  for (const auto& c : cases) {
    CAPTURE(c.limit_minor);
    const v1::Quote quote =
        quote_of({daily("a", amount_off(300)), line("1", 1000), under(amount(c.limit_minor))});
    CHECK(quote.saved_minor() == c.expect_saved_minor);
    CHECK(reason_for(quote, "a") == (c.expect_saved_minor > 0 ? "" : kNeeded));
  }
}

TEST_CASE("any limit but that of the basket counts") {
  const struct {
    const char* limits;
    bool is_limited;
  } cases[] = {{"per_basket_count: 1", false},      {"per_member_day_count: 9", true},
               {"per_member_month_count: 9", true}, {"per_member_year_count: 9", true},
               {"per_member_count: 9", true},       {"club_count: 9", true},
               {"club_budget_minor: 999", true}};
  for (const auto& c : cases) {
    CAPTURE(c.limits);
    const std::string program =
        benefit("a", std::string("limits { ") + c.limits + " } effect { " + amount_off(300) + " }");
    const v1::Quote quote =
        quote_of({program, line("1", 1000),
                  under(amount(100, "slices { benefit_id: 'a' amount_minor: 999 use_count: 9 }"))});
    CHECK(quote.saved_minor() == (c.is_limited ? 100 : 300));
  }
}

TEST_CASE("benefits with limits share the amount in the order in which they act, points are last") {
  const std::string program =
      points() + daily("line", "percent_off_lines { percent_bps: 1000 }", "priority: 9") +
      daily("percent", "percent_off_basket { percent_bps: 1000 }") +
      daily("amount", amount_off(50), "priority: -9");
  const struct {
    int64_t limit_minor;
    const char* applied;
    int64_t saved_minor, spent_minor;
  } cases[] = {
      {500, "line percent amount", 240, 260},  // 1.00, then 0.90, then 0.50
      {250, "line percent amount", 240, 10},
      {249, "line percent amount", 240, 0},
      {200, "line percent amount", 200, 0},
      {191, "line percent amount", 191, 0},
      {190, "line percent", 190, 0},
      {101, "line percent", 101, 0},
      {100, "line", 100, 0},
      {99, "line", 99, 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.limit_minor);
    const v1::Quote quote =
        quote_of({program, line("1", 1000) + wanting(500),
                  under(amount(c.limit_minor, "points_limit_milli: 500000"), holding(500))});
    CHECK(applied_in(quote) == c.applied);
    CHECK(quote.saved_minor() == c.saved_minor);
    CHECK(quote.points().spent_minor() == c.spent_minor);
    CHECK(offline_use_of(quote, program_of({program, "", ""})).amount_minor <= c.limit_minor);
  }
}

TEST_CASE("a trimmed benefit is spread over its lines") {
  const v1::Quote quote = quote_of({daily("a", "percent_off_lines { percent_bps: 1000 }"),
                                    line("1", 1000) + line("2", 2000), under(amount(100))});
  CHECK(paid_nets(quote) == std::vector<int64_t>{967, 1933});
}

TEST_CASE("in a group the worth is what the terms leave of it") {
  const std::string program = daily("limited", amount_off(300), "group: 'g'") +
                              benefit("free", "group: 'g' effect { " + amount_off(200) + " }");
  const struct {
    int64_t limit_minor;
    const char* applied;
    int64_t saved_minor;
  } cases[] = {{300, "limited", 300}, {201, "limited", 201}, {200, "free", 200}, {0, "free", 200}};
  for (const auto& c : cases) {
    CAPTURE(c.limit_minor);
    const v1::Quote quote = quote_of({program, line("1", 1000), under(amount(c.limit_minor))});
    CHECK(applied_in(quote) == c.applied);
    CHECK(quote.saved_minor() == c.saved_minor);
  }
  CHECK(reason_for(quote_of({program, line("1", 1000), under(amount(0))}), "limited") == kNeeded);
}

TEST_CASE("the stack and each exclusive benefit have the whole amount, the winner's use counts") {
  const std::string program = points() + daily("stacked", amount_off(100)) +
                              daily("more", amount_off(90)) +
                              daily("alone", amount_off(180), "exclusive: true") +
                              daily("small", amount_off(20), "exclusive: true");
  const auto quote = [&](int64_t limit_minor) {
    return quote_of({program, line("1", 1000) + wanting(500),
                     under(amount(limit_minor, "points_limit_milli: 500000"), holding(500))});
  };
  CHECK(applied_in(quote(300)) == "more stacked");  // 1.90 against 1.80
  CHECK(quote(300).points().spent_minor() == 110);
  CHECK(applied_in(quote(180)) == "more stacked");  // a tie is the stack's
  CHECK(quote(180).saved_minor() == 180);
  CHECK(quote(180).points().spent_minor() == 0);
  const std::string gift = program + daily("gift", "gift_line { sku: 'G' description: 'g' }");
  CHECK(reason_for(quote_of({gift, line("1", 1000), under(amount(300))}), "gift") == kNeeded);
}

TEST_CASE("an exclusive winner leaves what it does not use to points") {
  const std::string program = points() + daily("stacked", amount_off(100)) +
                              daily("alone", amount_off(180), "exclusive: true");
  const v1::Quote quote =
      quote_of({program, line("1", 1000) + wanting(500),
                under(amount(210, "points_limit_milli: 500000"), holding(500))});
  CHECK(applied_in(quote) == "alone");
  CHECK(quote.points().spent_minor() == 30);
}

TEST_CASE("bonus points count by their worth, rounded up, whole or not at all") {
  const struct {
    int64_t points_milli, limit_minor;
    bool is_given;
  } cases[] = {{50'000, 50, true}, {50'000, 49, false}, {50'001, 50, false},
               {50'001, 51, true}, {1, 1, true},        {1, 0, false}};
  for (const auto& c : cases) {
    CAPTURE(c.points_milli, c.limit_minor);
    const v1::Quote quote = quote_of(
        {points() +
             daily("a", "bonus_points { points_milli: " + std::to_string(c.points_milli) + " }"),
         line("1", 100), under(amount(c.limit_minor))});
    CHECK(quote.points().earned_milli() == 1000 + (c.is_given ? c.points_milli : 0));
    CHECK(reason_for(quote, "a") == (c.is_given ? "" : kNeeded));
  }
}

TEST_CASE("a multiplier counts by what it adds") {
  const std::string program = points() + daily("a", "points_multiplier { factor_bps: 30000 }");
  const struct {
    int64_t price_minor, limit_minor;
    int64_t expect_points;
  } cases[] = {{1000, 20, 30}, {1000, 19, 10}, {1050, 21, 31}, {1050, 20, 10}};
  for (const auto& c : cases) {
    CAPTURE(c.price_minor, c.limit_minor);
    const v1::Quote quote =
        quote_of({program, line("1", c.price_minor), under(amount(c.limit_minor))});
    CHECK(quote.points().earned_milli() == c.expect_points * 1000);
    CHECK(reason_for(quote, "a") == (c.expect_points > 10 ? "" : kNeeded));
  }
}

TEST_CASE("one that lessens points costs nothing") {
  const v1::Quote quote = quote_of({points() + daily("a", "points_multiplier { factor_bps: 5000 }"),
                                    line("1", 1000), under(amount(0))});
  CHECK(quote.points().earned_milli() == 5000);
}

TEST_CASE("what is metered for a multiplier is not there for points, even if it adds less then") {
  const std::string program = points() + daily("a", "points_multiplier { factor_bps: 30000 }");
  const v1::Quote quote = quote_of({program, line("1", 1000) + wanting(500),
                                    under(amount(50, "points_limit_milli: 500000"), holding(500))});
  CHECK(applied_in(quote) == "a");
  CHECK(quote.points().spent_minor() == 30);  // 0.50 less 20 points' worth
  CHECK(quote.points().earned_milli() == 29000);
}

TEST_CASE("a multiplier that rounding makes too dear once points pay a part is not given") {
  // 1.00 earns one point, and two with the factor of 2.5: one more, worth 0.10. With 0.20 of it
  // paid by points what is left earns none, and two with the factor: two more.
  const std::string program =
      "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 100 } } "
      "spending { thousand_points_value_minor: 10000 step_milli: 1000 } } " +
      daily("a", "points_multiplier { factor_bps: 25000 }");
  const auto quote = [&](int64_t limit_minor, int64_t wanted) {
    return quote_of({program, line("1", 100) + wanting(wanted),
                     under(amount(limit_minor, "points_limit_milli: 500000"), holding(500))});
  };
  CHECK(applied_in(quote(10, 0)) == "a");
  CHECK(applied_in(quote(40, 2)) == "a");
  CHECK(quote(40, 2).applied(0).points_milli() == 2000);
  const v1::Quote tight = quote(30, 2);
  CHECK(reason_for(tight, "a") == kNeeded);
  CHECK(tight.points().earned_milli() == 0);
  CHECK(tight.points().spent_minor() == 20);
  // What it does not take is there for points again.
  CHECK(quote(30, 3).points().spent_minor() == 30);
}

TEST_CASE("benefits with limits grant and give nothing") {
  const std::string rights =
      "rights { right_id: 'coupon' title: 'Coupon' coupon {} valid_days: 30 } ";
  for (const char* effect :
       {"grant_right { right_id: 'coupon' }", "gift_line { sku: 'G' description: 'Cup' }"}) {
    CAPTURE(effect);
    const std::string basket =
        line("1", 1000) + line("2", 300, 1000, "sku: 'G' gift_benefit_id: 'a'");
    const v1::Quote limited =
        quote_of({rights + daily("a", effect), basket, under(amount(100'000))});
    CHECK(reason_for(limited, "a") == kNeeded);
    CHECK(limited.gifts().empty());
    CHECK(limited.rights_granted().empty());
    CHECK(limited.total_minor() == 1300);
    const v1::Quote unlimited =
        quote_of({rights + benefit("a", std::string("effect { ") + effect + " }"), basket,
                  under(amount(0))});
    CHECK(applied_in(unlimited) == "a");
  }
  const v1::Quote word = quote_of(
      {daily("a", "receipt_message { text: 'hello' }"), line("1", 1000), under(amount(0))});
  CHECK(word.receipt_messages_size() == 1);
}

TEST_CASE("what limits the whole club is given within the register's slice only") {
  const struct {
    const char* limits;
    const char* slices;
    int64_t expect_saved_minor;
  } cases[] = {
      {"club_count: 5", "", 0},
      {"club_count: 5", "slices { benefit_id: 'a' use_count: 1 }", 300},
      {"club_count: 5", "slices { benefit_id: 'a' amount_minor: 300 }", 0},
      {"club_count: 5", "slices { benefit_id: 'b' use_count: 1 }", 0},
      {"club_budget_minor: 500", "", 0},
      {"club_budget_minor: 500", "slices { benefit_id: 'a' amount_minor: 300 }", 300},
      {"club_budget_minor: 500", "slices { benefit_id: 'a' amount_minor: 299 }", 299},
      {"club_budget_minor: 500", "slices { benefit_id: 'a' amount_minor: 1 }", 1},
      {"club_budget_minor: 500", "slices { benefit_id: 'a' amount_minor: -1 }", 0},
      {"club_budget_minor: 500", "slices { benefit_id: 'a' use_count: 1 }", 0},
      {"club_count: 5 club_budget_minor: 500",
       "slices { benefit_id: 'a' use_count: 1 amount_minor: 200 }", 200},
      {"club_count: 5 club_budget_minor: 500", "slices { benefit_id: 'a' amount_minor: 200 }", 0},
  };
  for (const auto& c : cases) {
    // The club has used up all of it, by the facts.
    for (const char* uses : {"", "uses { benefit_id: 'a' club_count: 5 club_saved_minor: 500 } "}) {
      CAPTURE(c.limits, c.slices, uses);
      const v1::Quote quote = quote_of({benefit("a", std::string("limits { ") + c.limits +
                                                         " } effect { " + amount_off(300) + " }"),
                                        line("1", 1000), under(amount(1000, c.slices), uses)});
      CHECK(quote.saved_minor() == c.expect_saved_minor);
      CHECK(reason_for(quote, "a") == (c.expect_saved_minor > 0 ? "" : kNeeded));
    }
  }
}

TEST_CASE("a slice does not lift the terms' amount, nor a member's own limit") {
  const std::string program =
      benefit("a", "limits { club_budget_minor: 500 per_member_count: 1 } effect { " +
                       amount_off(300) + " }");
  const std::string slice = "slices { benefit_id: 'a' amount_minor: 500 }";
  CHECK(quote_of({program, line("1", 1000), under(amount(120, slice))}).saved_minor() == 120);
  CHECK(reason_for(quote_of({program, line("1", 1000),
                             under(amount(1000, slice),
                                   "uses { benefit_id: 'a' total_count: 1 club_count: 1 } ")}),
                   "a") == "limit_reached { period: LIMIT_PERIOD_EVER limit: 1 }");
}

const std::string kCoupon =
    "rights { right_id: 'coupon' title: 'Coupon' coupon {} } "
    "rights { right_id: 'voucher' title: 'Voucher' voucher { amount_minor: 500 } } ";

std::string held(const std::string& grant_id, const std::string& more = "uses_left: 1") {
  return "rights { grant_id: '" + grant_id + "' right_id: 'coupon' valid_from_date: '2026-11-01' " +
         more + " } ";
}

std::string with_coupon(const std::string& id, const std::string& more = "") {
  return benefit(id, "conditions { right_held { right_id: 'coupon' } } effect { " +
                         amount_off(100) + " } " + more);
}

TEST_CASE("rights are used only when they are leased, and take nothing of the amount") {
  const std::string program = kCoupon + with_coupon("a");
  const auto quote = [&](const std::string& leased, const std::string& rights) {
    return quote_of({program, line("1", 1000), under(amount(0, leased), rights)});
  };
  const v1::Quote leased = quote("leased_grant_ids: 'g'", held("g"));
  CHECK(leased.saved_minor() == 100);
  CHECK(leased.rights_used(0).grant_id() == "g");
  CHECK(reason_for(quote("", held("g")), "a") == kNeeded);
  CHECK(reason_for(quote("leased_grant_ids: 'h'", held("g")), "a") == kNeeded);
  const std::string missing = "right_missing { right_id: \"coupon\" title: \"Coupon\" }";
  CHECK(reason_for(quote("leased_grant_ids: 'g'", ""), "a") == missing);
  CHECK(reason_for(quote("", held("g", "uses_left: 0")), "a") == missing);
  // Not the one that ends first, but the one that is leased.
  CHECK(quote("leased_grant_ids: 'g'",
              held("f", "uses_left: 1 valid_until_date: '2026-11-22'") + held("g"))
            .rights_used(0)
            .grant_id() == "g");
}

TEST_CASE("when the leased right is used up another one that is held needs the server") {
  const std::string program = kCoupon + with_coupon("a") + with_coupon("b");
  const std::string terms = amount(0, "leased_grant_ids: 'g'");
  const v1::Quote two = quote_of({program, line("1", 1000), under(terms, held("g") + held("h"))});
  CHECK(applied_in(two) == "a");
  CHECK(reason_for(two, "b") == kNeeded);
  const v1::Quote one = quote_of({program, line("1", 1000), under(terms, held("g"))});
  CHECK(reason_for(one, "b") == "right_missing { right_id: \"coupon\" title: \"Coupon\" }");
}

TEST_CASE("a leased right in a benefit with limits counts by these") {
  const std::string program = kCoupon + with_coupon("a", "limits { per_member_count: 1 }");
  const v1::Quote quote =
      quote_of({program, line("1", 1000), under(amount(30, "leased_grant_ids: 'g'"), held("g"))});
  CHECK(quote.saved_minor() == 30);
  CHECK(reason_for(quote_of({program, line("1", 1000),
                             under(amount(0, "leased_grant_ids: 'g'"), held("g"))}),
                   "a") == kNeeded);
}

TEST_CASE("a trimmed voucher gives up only what it took off") {
  const std::string program =
      kCoupon + benefit("a",
                        "limits { per_member_day_count: 1 } conditions { right_held { right_id: "
                        "'voucher' } } effect { voucher_amount {} }");
  const std::string voucher =
      "rights { grant_id: 'g' right_id: 'voucher' valid_from_date: '2026-11-01' uses_left: 1 "
      "amount_left_minor: 500 } ";
  const v1::Quote quote =
      quote_of({program, line("1", 1000), under(amount(120, "leased_grant_ids: 'g'"), voucher)});
  CHECK(quote.total_minor() == 880);
  CHECK(quote.rights_used(0).amount_minor() == 120);
}

TEST_CASE("without the right a code is refused because the server is needed") {
  const v1::Quote quote =
      quote_of({daily("a", amount_off(100), "conditions { coupon_code { codes: 'X' } }"),
                line("1", 1000) + "coupon_codes: 'x'", under(amount(0))});
  CHECK(quote.refused_codes(0).benefit().has_server_needed());
}

TEST_CASE("what ended before the latest date has ended, what starts is judged by the till's day") {
  const struct {
    const char* dates;
    const char* latest;
    const char* expect;  // of the benefit
  } cases[] = {
      {"until_date: '2026-11-23'", "2026-11-23", ""},
      {"until_date: '2026-11-23'", "2026-11-24", "ended { date: \"2026-11-23\" }"},
      {"until_date: '2026-11-21'", "2026-11-20", ""},
      {"until_date: '2026-11-21'", "", ""},
      {"until_date: '2026-11-20'", "2026-11-01", "ended { date: \"2026-11-20\" }"},
      {"from_date: '2026-11-22'", "2026-11-25", "starts { date: \"2026-11-22\" }"},
      {"until_date: '2026-11-21'", "yesterday", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.dates, c.latest);
    const v1::Quote quote =
        quote_of({benefit("a", std::string("conditions { dates { ") + c.dates + " } } effect { " +
                                   amount_off(100) + " }"),
                  line("1", 1000), under(std::string("latest_date: '") + c.latest + "'")});
    CHECK(reason_for(quote, "a") == c.expect);
  }
}

TEST_CASE("a till whose clock went back revives no right and no points") {
  const std::string program = points() + kCoupon + with_coupon("a");
  const std::string rights = held("g", "uses_left: 1 valid_until_date: '2026-11-22'");
  const std::string expiring =
      "points { available_milli: 500000 expiring { expire_date: '2026-11-22' points_milli: "
      "200000 } } ";
  const struct {
    const char* latest;
    bool is_there;
  } cases[] = {{"2026-11-21", true}, {"2026-11-22", true}, {"2026-11-23", false}};
  for (const auto& c : cases) {
    CAPTURE(c.latest);
    const std::string terms = amount(0, std::string("leased_grant_ids: 'g' latest_date: '") +
                                            c.latest + "' points_limit_milli: 500000");
    const v1::Quote quote = quote_of({program, line("1", 1000), under(terms, rights + expiring)});
    CHECK(reason_for(quote, "a") ==
          (c.is_there ? "" : "right_missing { right_id: \"coupon\" title: \"Coupon\" }"));
    CHECK(quote.points().available_milli() == (c.is_there ? 500'000 : 300'000));
  }
  // Facts of long ago do not say what has ended since.
  const std::string far = amount(0, "latest_date: '2027-01-23'");
  CHECK(quote_of({program, line("1", 1000), under(far, holding(500))}).points().available_milli() ==
        0);
}

TEST_CASE("terms hold for nobody's basket too") {
  const std::string program = benefit("a",
                                      "for_anyone: true conditions { dates { until_date: "
                                      "'2026-11-22' } } effect { " +
                                          amount_off(100) + " }");
  CHECK(
      quote_of({program, line("1", 1000), "offline { latest_date: '2026-11-22' }"}).saved_minor() ==
      100);
  CHECK(
      quote_of({program, line("1", 1000), "offline { latest_date: '2026-11-23' }"}).saved_minor() ==
      0);
}

}  // namespace
}  // namespace moadon
