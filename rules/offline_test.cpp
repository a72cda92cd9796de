// What registers may do without the server, as the program says.
#include "rules/offline.h"

#include "rules/money.h"
#include "rules/test_pricing.h"

namespace moadon {
namespace {

TEST_CASE("kept facts price for 72 hours unless the owner says otherwise, even not at all") {
  CHECK(cache_valid_hours_of(program_with("")) == 72);
  CHECK(cache_valid_hours_of(program_with("offline {}")) == 72);
  CHECK(cache_valid_hours_of(program_with("offline { seen { last_days: 1 } }")) == 72);
  CHECK(cache_valid_hours_of(program_with("offline { cache_valid_hours: 0 }")) == 0);
  CHECK(cache_valid_hours_of(program_with("offline { cache_valid_hours: 336 }")) == 336);
}

TEST_CASE("every member is kept unless the owner names those who bought lately") {
  const absl::CivilDay today(2026, 3, 31);
  for (const char* text : {"", "offline {}", "offline { cache_valid_hours: 0 }"}) {
    const v1::Program program = program_with(text);
    CHECK_FALSE(keeps_seen_only(program));
    CHECK(keeps_member(program, std::nullopt, today));
    CHECK(keeps_member(program, absl::CivilDay(1970, 1, 1), today));
  }
  const v1::Program program = program_with("offline { seen { last_days: 30 } }");
  CHECK(keeps_seen_only(program));
  struct Case {
    std::optional<absl::CivilDay> last_seen;
    bool is_kept;
  };
  for (const Case& expected :
       {Case{std::nullopt, false}, Case{absl::CivilDay(2026, 2, 28), false},
        Case{absl::CivilDay(2026, 3, 1), true}, Case{today, true}, Case{today + 1, true}}) {
    CHECK(keeps_member(program, expected.last_seen, today) == expected.is_kept);
  }
}

TEST_CASE("the caps are 50.00 a member, 500.00 a register and half the points unless said") {
  for (const char* text : {"", "offline {}", "offline { cache_valid_hours: 1 }"}) {
    const OfflineCaps caps = offline_caps_of(program_with(text));
    CHECK(caps.member_limit_minor == 5000);
    CHECK(caps.register_limit_minor == 50'000);
    CHECK(caps.points_share_bps == 5000);
  }
  const OfflineCaps none = offline_caps_of(program_with(
      "offline { member_limit_minor: 0 register_limit_minor: 0 points_share_bps: 0 }"));
  CHECK(none.member_limit_minor == 0);
  CHECK(none.register_limit_minor == 0);
  CHECK(none.points_share_bps == 0);
}

TEST_CASE("no right is leased unless the owner says how many, then for 72 hours") {
  CHECK(rights_per_register_of(program_with("")) == 0);
  CHECK(rights_per_register_of(program_with("offline {}")) == 0);
  const v1::Program leasing = program_with("offline { leases { rights_per_register: 7 } }");
  CHECK(rights_per_register_of(leasing) == 7);
  CHECK(lease_hours_of(leasing) == 72);
  CHECK(lease_hours_of(
            program_with("offline { leases { rights_per_register: 7 lease_hours: 1 } }")) == 1);
  CHECK(rights_per_register_of(program_with("offline { leases { rights_per_register: 7 } "
                                            "cache_valid_hours: 0 }")) == 0);
}

TEST_CASE("uses are counted beyond the basket by any limit but that of the basket") {
  const struct {
    const char* limits;
    bool is_limited, is_limited_for_club;
  } cases[] = {{"", false, false},
               {"limits {}", false, false},
               {"limits { per_basket_count: 1 }", false, false},
               {"limits { per_member_day_count: 1 }", true, false},
               {"limits { per_member_month_count: 1 }", true, false},
               {"limits { per_member_year_count: 1 }", true, false},
               {"limits { per_member_count: 1 }", true, false},
               {"limits { club_count: 1 }", true, true},
               {"limits { club_budget_minor: 1 }", true, true}};
  for (const auto& c : cases) {
    CAPTURE(c.limits);
    const v1::Program program = program_with_benefit(c.limits);
    CHECK(is_limited(program.benefits(0)) == c.is_limited);
    CHECK(is_limited_for_club(program.benefits(0)) == c.is_limited_for_club);
  }
}

v1::OfflineTerms terms_of(int64_t amount_minor, int64_t points_milli) {
  v1::OfflineTerms terms;
  terms.set_amount_limit_minor(amount_minor);
  terms.set_points_limit_milli(points_milli);
  return terms;
}

TEST_CASE("terms are trimmed to what the program allows one member with these facts") {
  const struct {
    const char* rules;
    int64_t amount_minor, points_milli;
    int64_t expect_amount_minor, expect_points_milli;
  } cases[] = {
      {"", 4999, 499'999, 4999, 499'999},
      {"", 5001, 500'001, 5000, 500'000},  // of 1000.001 points half, rounded down
      {"", INT64_MAX, INT64_MAX, 5000, 500'000},
      {"", -1, -1, 0, 0},
      {"member_limit_minor: 100", 200, 0, 100, 0},
      {"member_limit_minor: 100 register_limit_minor: 50", 200, 0, 50, 0},
      {"member_limit_minor: 0", 1, 0, 0, 0},
      {"points_share_bps: 0", 0, 1, 0, 0},
      {"points_share_bps: 10000", 0, INT64_MAX, 0, 1'000'001},
  };
  v1::MemberFacts facts;
  facts.mutable_points()->set_available_milli(1'000'001);
  for (const auto& c : cases) {
    CAPTURE(c.rules, c.amount_minor, c.points_milli);
    const v1::Program program = program_with(std::string("offline { ") + c.rules + " }");
    const v1::OfflineTerms trimmed =
        trimmed_terms(terms_of(c.amount_minor, c.points_milli), facts, program);
    CHECK(trimmed.amount_limit_minor() == c.expect_amount_minor);
    CHECK(trimmed.points_limit_milli() == c.expect_points_milli);
  }
  facts.mutable_points()->set_available_milli(INT64_MAX);
  CHECK(trimmed_terms(terms_of(0, INT64_MAX), facts, program_with("")).points_limit_milli() ==
        INT64_MAX / 2);
  facts.mutable_points()->set_available_milli(-5);
  CHECK(trimmed_terms(terms_of(0, 5), facts, program_with("")).points_limit_milli() == 0);
}

TEST_CASE("trimming leaves rights and slices alone, and drops a date that is none") {
  v1::OfflineTerms terms = terms_of(10, 0);
  terms.add_leased_grant_ids("g");
  terms.add_slices()->set_benefit_id("b");
  for (const char* date : {"", "2026-11-21"}) {
    terms.set_latest_date(date);
    CHECK(trimmed_terms(terms, {}, program_with("")).SerializeAsString() ==
          terms.SerializeAsString());
  }
  terms.set_latest_date("2026-02-29");
  CHECK(trimmed_terms(terms, {}, program_with("")).latest_date().empty());
}

TEST_CASE("a quote takes points and benefits with limits of the caps, the others not") {
  const std::string text =
      "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 100 } } "
      "spending { thousand_points_value_minor: 1000 step_milli: 10000 } } "
      "rights { right_id: 'coupon' title: 'Coupon' coupon {} } " +
      benefit("free", "effect { amount_off_basket { amount_minor: 1 } }") +
      benefit("daily",
              "effect { amount_off_basket { amount_minor: 20 } } limits { per_member_day_count: 1 "
              "}") +
      benefit("budget",
              "effect { amount_off_basket { amount_minor: 300 } } limits { club_budget_minor: "
              "1000 }") +
      benefit("count", "effect { bonus_points { points_milli: 50001 } } limits { club_count: 9 }") +
      benefit("right",
              "conditions { right_held { right_id: 'coupon' } } effect { amount_off_basket { "
              "amount_minor: 40 } }");
  const Scene scene{text, line("1", 10'000) + "spend_points_milli: 70000",
                    std::string(kMember) +
                        "points { available_milli: 100000 } rights { grant_id: 'g' right_id: "
                        "'coupon' valid_from_date: '2026-11-01' uses_left: 1 } "
                        "offline { amount_limit_minor: 10000 points_limit_milli: 100000 "
                        "leased_grant_ids: 'g' "
                        "slices { benefit_id: 'budget' amount_minor: 250 } "
                        "slices { benefit_id: 'count' use_count: 1 } }"};
  const OfflineUse use = offline_use_of(quote_of(scene), program_of(scene));
  CHECK(use.amount_minor == 20 + 250 + 51 + 70);
  CHECK(use.grant_ids == std::vector<std::string>{"g"});
  REQUIRE(use.slices.size() == 2);
  CHECK(use.slices[0].ShortDebugString() == "benefit_id: \"budget\" amount_minor: 250");
  CHECK(use.slices[1].ShortDebugString() == "benefit_id: \"count\" use_count: 1");
}

TEST_CASE("a quote of another program's benefits takes nothing of the caps") {
  v1::Quote quote;
  v1::AppliedBenefit& applied = *quote.add_applied();
  applied.set_benefit_id("gone");
  applied.set_saved_minor(100);
  const OfflineUse use = offline_use_of(quote, program_with(""));
  CHECK(use.amount_minor == 0);
  CHECK(use.slices.empty());
  CHECK(use.grant_ids.empty());
}

TEST_CASE("what points are worth is rounded up") {
  const struct {
    int64_t value_minor, points_milli, expect_minor;
  } cases[] = {{1000, 1000, 1},       {1000, 1001, 2},
               {1000, 1, 1},          {1000, 0, 0},
               {1000, -1000, 0},      {5000, 1000, 5},
               {20, 50'000, 1},       {20, 50'001, 2},
               {1000, 999'999, 1000}, {100, INT64_MAX, kMaxSumMinor}};
  for (const auto& c : cases) {
    CAPTURE(c.value_minor, c.points_milli);
    v1::PointRules points;
    CHECK(worth_of_points_minor(points, c.points_milli) == 0);
    points.mutable_spending()->set_thousand_points_value_minor(c.value_minor);
    CHECK(worth_of_points_minor(points, c.points_milli) == c.expect_minor);
  }
}

TEST_CASE("points that never pay have no price, so that limited ones wait for the server") {
  const std::string points =
      "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 100 } } "
      "} ";
  const std::string terms =
      std::string(kMember) +
      "offline { amount_limit_minor: 100000 slices { benefit_id: 'a' amount_minor: 999 use_count: "
      "9 } }";
  for (const char* limits : {"per_member_count: 1", "club_count: 9", "club_budget_minor: 999"}) {
    for (const char* effect :
         {"bonus_points { points_milli: 50000 }", "points_multiplier { factor_bps: 30000 }"}) {
      CAPTURE(limits, effect);
      const std::string program =
          points + benefit("a", std::string("limits { ") + limits + " } effect { " + effect + " }");
      const v1::Quote quote = quote_of({program, line("1", 1000), terms});
      CHECK(reason_for(quote, "a") == "server_needed { }");
      CHECK(quote.points().earned_milli() == 10'000);
      CHECK(quote_of({program, line("1", 1000), kMember}).points().earned_milli() > 10'000);
    }
  }
  // What lessens them and what has no limits are no loss.
  const auto earned = [&](const std::string& text) {
    return quote_of({points + benefit("a", text), line("1", 1000), terms}).points().earned_milli();
  };
  CHECK(
      earned("limits { per_member_count: 1 } effect { points_multiplier { factor_bps: 5000 } }") ==
      5000);
  CHECK(earned("effect { bonus_points { points_milli: 50000 } }") == 60'000);
}

TEST_CASE("the most that a register can lose is its limit, or nothing where nothing can be lost") {
  const std::string paying =
      "points { spending { thousand_points_value_minor: 1000 step_milli: 10000 } } ";
  const auto limited = [](const std::string& effect) {
    return benefit("b", "limits { per_member_count: 1 } effect { " + effect + " } ");
  };
  const std::string discount = limited("percent_off_lines { percent_bps: 1000 }");
  const std::string bonus = limited("bonus_points { points_milli: 1 }");
  const struct {
    const char* what;
    std::string program;
    int64_t expect_minor;
  } cases[] = {
      {"nothing to give", "", 0},
      {"no limits", benefit("b", "effect { percent_off_lines { percent_bps: 1000 } }"), 0},
      {"points that pay", paying, 50'000},
      {"points that do not pay", "points {} " + bonus, 0},
      {"limits", discount, 50'000},
      {"points with limits",
       "points { spending { thousand_points_value_minor: 1000 step_milli: "
       "10000 } } offline { points_share_bps: 0 } " +
           bonus,
       50'000},
      {"no share of the points", paying + "offline { points_share_bps: 0 }", 0},
      {"the owner's limit", discount + "offline { register_limit_minor: 7 }", 7},
      {"the owner's none", discount + "offline { register_limit_minor: 0 }", 0},
      {"none for a member", discount + "offline { member_limit_minor: 0 }", 0},
      {"nothing is priced", discount + "offline { cache_valid_hours: 0 }", 0},
      {"gifts are not given", limited("gift_line { sku: 'G' description: 'Cup' }"), 0},
      {"nor rights",
       "rights { right_id: 'c' title: 'C' coupon {} } " + limited("grant_right { right_id: 'c' }"),
       0},
      {"words are free", limited("receipt_message { text: 'hello' }"), 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    CHECK(worst_register_loss_minor(program_with(c.program)) == c.expect_minor);
  }
}

}  // namespace
}  // namespace moadon
