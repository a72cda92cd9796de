#include "plugin/register/times.h"

#include "tests/catch.h"

namespace moadon {

TEST_CASE("times are read with and without fraction and offset") {
  CHECK(parse_time("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_time("2010-12-01T08:26:00Z") == 1291191960000000);
  CHECK(parse_time("2010-12-01T10:26:00+02:00") == 1291191960000000);
  CHECK(parse_time("2010-12-01T08:26:00.25Z") == 1291191960250000);
  CHECK(format_time(1291191960000000) == "2010-12-01T08:26:00Z");
  CHECK(format_time(1291191960250000) == "2010-12-01T08:26:00.250000Z");
}

TEST_CASE("times without an offset are of the local zone, if its clocks ever showed them") {
  REQUIRE(use_time_zone("Asia/Jerusalem"));
  CHECK(parse_time("2026-01-05T12:00:00") == parse_time("2026-01-05T10:00:00Z"));
  CHECK(parse_time("2026-07-05T12:00:00") == parse_time("2026-07-05T09:00:00Z"));
  CHECK_FALSE(parse_time("2026-03-27T02:30:00").has_value());
  CHECK(format_local(*parse_time("2026-07-05T09:05:00Z")) == "05.07.2026 12:05");
}

TEST_CASE("what is no time is refused") {
  for (const char* text :
       {"", "2010-12-01", "2010-12-01 08:26:00Z", "2010-13-01T08:26:00Z", "2010-02-30T08:26:00Z",
        "2010-12-01T24:00:00Z", "2010-12-01T08:26:60Z", "1969-12-31T23:59:59Z",
        "2010-12-01T08:26:00z", "2010-12-01T08:26:00Zx", "2010-12-01T08:26:00.Z",
        "2010-12-01T08:26:00+2", "20101-2-01T08:26:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("zones that the system does not have are refused") {
  CHECK_FALSE(use_time_zone("Asia/Atlantis"));
  CHECK_FALSE(use_time_zone("../../etc/passwd"));
  CHECK_FALSE(use_time_zone(""));
}

}  // namespace moadon
