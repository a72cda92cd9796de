#include "rules/points_life.h"

#include "tests/catch.h"

namespace moadon {
namespace {

using Day = absl::CivilDay;

TEST_CASE("points without an end live for ever, from the day after the pending ones") {
  v1::PointRules rules;
  CHECK(life_of(rules, Day(2026, 3, 1)).usable_day == Day(2026, 3, 1));
  CHECK_FALSE(life_of(rules, Day(2026, 3, 1)).expire_day.has_value());
  rules.set_pending_days(14);
  CHECK(life_of(rules, Day(2026, 3, 1)).usable_day == Day(2026, 3, 15));
}

TEST_CASE("points of N days are usable through d + N, counted from the day they were earned") {
  v1::PointRules rules;
  for (const int days : {0, 1, 30, 365, 36500}) {
    rules.set_expiry_days(days);
    CHECK(life_of(rules, Day(2026, 2, 28)).expire_day == Day(2026, 2, 28) + days);
  }
  rules.set_pending_days(10);  // does not lengthen it
  rules.set_expiry_days(5);
  const PointsLife life = life_of(rules, Day(2026, 1, 1));
  CHECK(life.usable_day == Day(2026, 1, 11));
  CHECK(life.expire_day == Day(2026, 1, 6));
}

TEST_CASE("month end after N months is the last day of that month") {
  const struct {
    Day earned;
    int months;
    Day last;
  } cases[] = {{Day(2026, 1, 1), 0, Day(2026, 1, 31)},    {Day(2026, 1, 31), 0, Day(2026, 1, 31)},
               {Day(2026, 1, 31), 1, Day(2026, 2, 28)},   {Day(2024, 1, 31), 1, Day(2024, 2, 29)},
               {Day(2026, 12, 31), 1, Day(2027, 1, 31)},  {Day(2026, 12, 1), 12, Day(2027, 12, 31)},
               {Day(2023, 2, 28), 12, Day(2024, 2, 29)},  {Day(2026, 11, 30), 1, Day(2026, 12, 31)},
               {Day(2026, 3, 15), 1200, Day(2126, 3, 31)}};
  for (const auto& c : cases) {
    v1::PointRules rules;
    rules.set_expiry_months(c.months);
    rules.set_pending_days(40);
    CHECK(life_of(rules, c.earned).expire_day == c.last);
  }
}

TEST_CASE("year end after N years is 31 December of that year") {
  v1::PointRules rules;
  rules.set_expiry_years(0);
  CHECK(life_of(rules, Day(2026, 1, 1)).expire_day == Day(2026, 12, 31));
  CHECK(life_of(rules, Day(2026, 12, 31)).expire_day == Day(2026, 12, 31));
  CHECK(life_of(rules, Day(2027, 1, 1)).expire_day == Day(2027, 12, 31));
  rules.set_expiry_years(2);
  CHECK(life_of(rules, Day(2026, 6, 1)).expire_day == Day(2028, 12, 31));
}

}  // namespace
}  // namespace moadon
