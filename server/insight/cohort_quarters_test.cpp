#include "server/insight/cohort_quarters.h"

#include <rapidcheck.h>

#include "rules/calendar.h"
#include "tests/catch.h"

namespace moadon {
namespace {

absl::CivilDay day(const char* date) { return parse_day(date, "date").value(); }

TEST_CASE("calendar quarters begin in January, April, July and October") {
  CHECK(format_day(calendar_quarter(day("2026-01-01"))) == "2026-01-01");
  CHECK(format_day(calendar_quarter(day("2026-03-31"))) == "2026-01-01");
  CHECK(format_day(calendar_quarter(day("2026-04-01"))) == "2026-04-01");
  CHECK(format_day(calendar_quarter(day("2026-12-31"))) == "2026-10-01");
}

TEST_CASE("own quarters begin on the joining day, or on the last of a month without it") {
  CHECK(format_day(own_quarter_start(day("2025-11-30"), 0)) == "2025-11-30");
  CHECK(format_day(own_quarter_start(day("2025-11-30"), 1)) == "2026-02-28");
  CHECK(format_day(own_quarter_start(day("2025-11-30"), 2)) == "2026-05-30");
  CHECK(format_day(own_quarter_start(day("2023-11-30"), 1)) == "2024-02-29");
  CHECK(format_day(own_quarter_start(day("2026-01-31"), 1)) == "2026-04-30");
  CHECK(own_quarter_of(day("2025-11-30"), day("2025-11-30")) == 0);
  CHECK(own_quarter_of(day("2025-11-30"), day("2026-02-27")) == 0);
  CHECK(own_quarter_of(day("2025-11-30"), day("2026-02-28")) == 1);
  CHECK(own_quarter_of(day("2025-11-30"), day("2026-05-29")) == 1);
  CHECK(own_quarter_of(day("2025-11-30"), day("2025-11-29")) == -1);
  CHECK(own_quarter_of(day("2025-11-30"), day("2025-08-29")) == -2);
}

TEST_CASE("a day is in the quarter that has begun and not in the next") {
  const bool holds = rc::check([] {
    const auto joined = day_of_number(*rc::gen::inRange<int64_t>(0, 30'000));
    const auto asked = joined + *rc::gen::inRange<int64_t>(-2'000, 20'000);
    const int64_t index = own_quarter_of(joined, asked);
    RC_ASSERT(own_quarter_start(joined, index) <= asked);
    RC_ASSERT(asked < own_quarter_start(joined, index + 1));
    RC_ASSERT(own_quarter_start(joined, index) <= own_quarter_start(joined + 1, index));
  });
  CHECK(holds);
}

}  // namespace
}  // namespace moadon
