#include "client/wording/dates.h"

#include <limits>

#include "tests/catch.h"

namespace moadon::wording {

TEST_CASE("a date is day, month, year in Hebrew and as it is in English") {
  CHECK(date_text("2026-11-05", "he") == "5.11.2026");
  CHECK(date_text("2026-11-05", "he-IL") == "5.11.2026");
  CHECK(date_text("2026-11-05", "en") == "2026-11-05");
  CHECK(date_text("", "he") == "");
  CHECK(date_text("soon", "he") == "soon");
}

TEST_CASE("counts are grouped by thousands") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1000) == "1,000");
  CHECK(count_text(-1'234'567) == "-1,234,567");
  CHECK(count_text(-999) == "-999");
  CHECK(count_text(std::numeric_limits<int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("a share is shown to a tenth of a percent") {
  CHECK(share_text(0) == "0.0%");
  CHECK(share_text(4) == "0.0%");
  CHECK(share_text(5) == "0.1%");
  CHECK(share_text(1234) == "12.3%");
  CHECK(share_text(10'000) == "100.0%");
  CHECK(share_text(-1) == "0.0%");
  CHECK(share_text(-250) == "-2.5%");
}

TEST_CASE("days are counted as the language counts them") {
  CHECK(days_text(1, "en") == "1 day");
  CHECK(days_text(41, "en") == "41 days");
  CHECK(days_text(0, "en") == "0 days");
  CHECK(days_text(1, "he") == "יום אחד");
  CHECK(days_text(2, "he") == "יומיים");
  CHECK(days_text(1041, "he") == "1,041 ימים");
}

}  // namespace moadon::wording
