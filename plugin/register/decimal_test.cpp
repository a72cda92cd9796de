#include "plugin/register/decimal.h"

#include "tests/catch.h"

namespace moadon {

TEST_CASE("a decimal is read exactly") {
  CHECK(parse_decimal("12", 2) == 1200);
  CHECK(parse_decimal("12.5", 2) == 1250);
  CHECK(parse_decimal("12.50", 2) == 1250);
  CHECK(parse_decimal("0.01", 2) == 1);
  CHECK(parse_decimal("-0.347", 3) == -347);
  CHECK(parse_decimal("999999999999999.99", 2) == 99999999999999999);
}

TEST_CASE("what is no decimal of so many places is refused") {
  for (const char* text : {"", "-", ".5", "5.", "1.234", "1,5", "1e3", "+1", " 1", "1 ", "--1",
                           "1.2.3", "0x1", "1234567890123456", "NaN", "١٢"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text, 2).has_value());
  }
}

TEST_CASE("a decimal is written as it was read") {
  CHECK(format_decimal(1250, 2) == "12.50");
  CHECK(format_decimal(5, 2) == "0.05");
  CHECK(format_decimal(-5, 2) == "-0.05");
  CHECK(format_decimal(0, 2) == "0.00");
  CHECK(format_decimal(7, 0) == "7");
  CHECK(format_quantity(3000) == "3");
  CHECK(format_quantity(347) == "0.347");
  CHECK(format_quantity(2500) == "2.5");
}

TEST_CASE("a line's value is rounded half up once") {
  CHECK(line_value_minor(1000, 347) == 347);
  CHECK(line_value_minor(1001, 500) == 501);
  CHECK(line_value_minor(999, 500) == 500);
  CHECK(line_value_minor(1'000'000'000'000, 1000) == 1'000'000'000'000);
}

}  // namespace moadon
