#include "client/wording/amounts.h"

#include <limits>

#include "tests/catch.h"

namespace moadon::wording {

TEST_CASE("money carries its currency's sign and digits") {
  CHECK(money_text(1250, "ILS") == "₪12.50");
  CHECK(money_text(-4, "ILS") == "-₪0.04");
  CHECK(money_text(0, "USD") == "$0.00");
  CHECK(money_text(5, "JPY") == "JPY 5");
  CHECK(money_text(-12345, "KWD") == "-KWD 12.345");
  CHECK(money_text(100, "") == "1.00");
  CHECK(decimal_text(std::numeric_limits<int64_t>::min(), 2) == "-92233720368547758.08");
}

TEST_CASE("sums show their thousands apart") {
  CHECK(sum_text(320'000, "ILS") == "₪3,200.00");
  CHECK(sum_text(99'999, "ILS") == "₪999.99");
  CHECK(sum_text(-123'456'789, "USD") == "-$1,234,567.89");
  CHECK(sum_text(1'234'567, "JPY") == "JPY 1,234,567");
  CHECK(sum_text(1'234'567, "KWD") == "KWD 1,234.567");
  CHECK(sum_text(100, "") == "1.00");
}

TEST_CASE("quantities and points show no zeros that say nothing") {
  CHECK(milli_text(3000) == "3");
  CHECK(milli_text(347) == "0.347");
  CHECK(milli_text(1500) == "1.5");
  CHECK(milli_text(0) == "0");
  CHECK(milli_text(-10'000) == "-10");
}

TEST_CASE("dates are day, month, year") {
  CHECK(date_text("2026-11-05") == "5.11.2026");
  CHECK(date_text("") == "");
  CHECK(date_text("soon") == "soon");
}

}  // namespace moadon::wording
