// Limits: how often a benefit may be used, and what the cashier hears at the limit.
#include "rules/test_pricing.h"

namespace moadon {
namespace {

std::string limited(const std::string& limits) {
  return benefit("a",
                 "effect { percent_off_lines { percent_bps: 1000 } } limits { " + limits + " }");
}

std::string reason(const std::string& limits, const std::string& uses,
                   absl::CivilDay day = absl::CivilDay(2026, 11, 21)) {
  Scene scene{limited(limits), line("1", 1000),
              std::string(kMember) + "uses { benefit_id: 'a' " + uses + " }"};
  scene.day = day;
  return reason_for(quote_of(scene), "a");
}

std::string limit_of(const char* period, int64_t limit) {
  return std::string("limit_reached { period: LIMIT_PERIOD_") + period +
         " limit: " + std::to_string(limit) + " }";
}

TEST_CASE("a member's limits count sales of the calendar day, month and year, and ever") {
  const struct {
    const char* limits;
    const char* uses;
    const char* period;  // empty: applies
    int64_t limit;
  } cases[] = {
      {"per_member_day_count: 2", "last_use_date: '2026-11-21' day_count: 1", "", 0},
      {"per_member_day_count: 2", "last_use_date: '2026-11-21' day_count: 2", "DAY", 2},
      {"per_member_day_count: 2", "last_use_date: '2026-11-21' day_count: 3", "DAY", 2},
      {"per_member_day_count: 2", "last_use_date: '2026-11-20' day_count: 2", "", 0},
      {"per_member_month_count: 1", "last_use_date: '2026-11-01' month_count: 1", "MONTH", 1},
      {"per_member_month_count: 1", "last_use_date: '2026-10-31' month_count: 1", "", 0},
      {"per_member_month_count: 1", "last_use_date: '2025-11-21' month_count: 1", "", 0},
      {"per_member_month_count: 2", "last_use_date: '2026-11-01' month_count: 1", "", 0},
      {"per_member_year_count: 1", "last_use_date: '2026-01-01' year_count: 1", "YEAR", 1},
      {"per_member_year_count: 1", "last_use_date: '2025-12-31' year_count: 1", "", 0},
      {"per_member_count: 3", "last_use_date: '2001-01-01' total_count: 2", "", 0},
      {"per_member_count: 3", "last_use_date: '2001-01-01' total_count: 3", "EVER", 3},
      {"club_count: 100", "club_count: 99", "", 0},
      {"club_count: 100", "club_count: 100", "CLUB", 100},
      {"club_budget_minor: 1000", "club_saved_minor: 1000", "CLUB_BUDGET", 1000},
      {"per_member_day_count: 1 per_member_count: 1",
       "last_use_date: '2026-11-21' day_count: 1 total_count: 1", "DAY", 1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.limits, c.uses);
    CHECK(reason(c.limits, c.uses) == (*c.period == '\0' ? "" : limit_of(c.period, c.limit)));
  }
}

TEST_CASE("other benefits' uses do not count") {
  CHECK(quote_of({limited("per_member_count: 1"), line("1", 1000),
                  std::string(kMember) + "uses { benefit_id: 'b' total_count: 9 }"})
            .applied_size() == 1);
}

TEST_CASE("a budget trims the last use") {
  const struct {
    int64_t saved_before;
    int64_t expect_saved;
  } cases[] = {{899, 100}, {900, 100}, {901, 99}, {999, 1}, {1000, 0}, {1001, 0}};
  for (const auto& c : cases) {
    CAPTURE(c.saved_before);
    const v1::Quote quote =
        quote_of({limited("club_budget_minor: 1000"), line("1", 1000),
                  std::string(kMember) + "uses { benefit_id: 'a' club_saved_minor: " +
                      std::to_string(c.saved_before) + " }"});
    CHECK(quote.saved_minor() == c.expect_saved);
  }
}

TEST_CASE("per basket counts sets and rounds") {
  const auto saved = [](const std::string& effect, int limit, int units) {
    return quote_of({benefit("a", "effect { " + effect + " } limits { per_basket_count: " +
                                      std::to_string(limit) + " }"),
                     line("1", 100, units * 1000)})
        .saved_minor();
  };
  const std::string sets = "set_price { unit_count: 2 price_minor: 150 }";
  CHECK(saved(sets, 2, 3) == 50);
  CHECK(saved(sets, 2, 4) == 100);
  CHECK(saved(sets, 2, 6) == 100);
  CHECK(saved(sets, 0, 6) == 150);
  const std::string rounds = "buy_get { buy_count: 1 get_count: 2 repeat_count: 3 }";
  CHECK(saved(rounds, 2, 3) == 200);
  CHECK(saved(rounds, 2, 6) == 400);
  CHECK(saved(rounds, 2, 9) == 400);
  CHECK(saved(rounds, 4, 12) == 600);  // its own repeat_count is smaller
  CHECK(saved("cheapest_off { percent_bps: 10000 }", 2, 5) == 100);
}

TEST_CASE("a limited set is made of the dearest units") {
  const v1::Quote quote =
      quote_of({benefit("a",
                        "effect { set_price { unit_count: 2 price_minor: 100 } } "
                        "limits { per_basket_count: 1 }"),
                line("1", 100, 2000) + line("2", 200, 2000)});
  CHECK(paid_nets(quote) == std::vector<int64_t>{200, 100});
}

}  // namespace
}  // namespace moadon
