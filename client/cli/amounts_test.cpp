#include "client/cli/amounts.h"

#include <limits>

#include "client/cli/progress_bar.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

TEST_CASE("amounts are grouped and keep their decimals") {
  CHECK(format_amount(0, 2) == "0.00");
  CHECK(format_amount(5, 2) == "0.05");
  CHECK(format_amount(-5, 2) == "-0.05");
  CHECK(format_amount(24409194, 2) == "244,091.94");
  CHECK(format_amount(100, 0) == "100");
  CHECK(format_amount(1234567, 3) == "1,234.567");
  CHECK(format_amount(std::numeric_limits<std::int64_t>::min(), 2) == "-92,233,720,368,547,758.08");
}

TEST_CASE("currencies have the decimals of ISO 4217") {
  CHECK(minor_digits("ILS") == 2);
  CHECK(minor_digits("JPY") == 0);
  CHECK(minor_digits("KWD") == 3);
  CHECK(minor_digits("") == 2);
}

TEST_CASE("quantities drop the zeros at the end") {
  CHECK(format_milli(1000) == "1");
  CHECK(format_milli(347) == "0.347");
  CHECK(format_milli(1500) == "1.5");
  CHECK(format_milli(0) == "0");
  CHECK(format_milli(12345678000) == "12,345,678");
}

TEST_CASE("a typed quantity is read to the thousandth") {
  const struct {
    const char* text;
    std::optional<std::int64_t> milli;
  } cases[] = {
      {"1", 1000},
      {"+12.5", 12500},
      {"-0.001", -1},
      {"0", 0},
      {"9223372036854775.807", INT64_MAX},
      {"-9223372036854775.808", INT64_MIN},
      {"9223372036854775.808", std::nullopt},
      {"1.2345", std::nullopt},
      {"", std::nullopt},
      {"-", std::nullopt},
      {"--1", std::nullopt},
      {"1.", std::nullopt},
      {".5", std::nullopt},
      {"1,000", std::nullopt},
      {" 1", std::nullopt},
      {"1e3", std::nullopt},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    CHECK(parse_milli(each.text) == each.milli);
  }
}

TEST_CASE("progress is a bar while the total is known") {
  CHECK(progress_text(0, 10) == "[..............................] 0%  0 / 10");
  CHECK(progress_text(1200, 2400) == "[###############...............] 50%  1,200 / 2,400");
  CHECK(progress_text(11, 10) == "[##############################] 100%  11 / 10");
  CHECK(progress_text(1200, 0) == "1,200");
}

}  // namespace
}  // namespace moadon::cli
