#include "rules/calendar.h"

#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon {
namespace {

absl::TimeZone zone(const char* name) {
  absl::TimeZone loaded;
  REQUIRE(absl::LoadTimeZone(name, &loaded));
  return loaded;
}

int64_t at(const char* text) {
  absl::Time time;
  std::string error;
  REQUIRE(absl::ParseTime(absl::RFC3339_full, text, &time, &error));
  return absl::ToUnixMicros(time);
}

TEST_CASE("a business date is the local date from the start of the business day on") {
  const absl::TimeZone jerusalem = zone("Asia/Jerusalem");
  const struct {
    const char* instant;
    int day_start_minutes;
    const char* expect;
  } cases[] = {
      {"2026-11-21T21:59:59Z", 0, "2026-11-21"},  // 23:59:59 winter time
      {"2026-11-21T22:00:00Z", 0, "2026-11-22"},
      {"2026-07-01T20:59:59Z", 0, "2026-07-01"},  // summer time
      {"2026-07-01T21:00:00Z", 0, "2026-07-02"},
      {"2026-11-22T01:59:59Z", 240, "2026-11-21"},  // 03:59:59, the day starts at 04:00
      {"2026-11-22T02:00:00Z", 240, "2026-11-22"},
      {"2026-03-26T23:30:00Z", 0, "2026-03-27"},   // the night the clock goes forward
      {"2026-10-24T22:30:00Z", 90, "2026-10-25"},  // 01:30, for the first time
      {"2026-10-24T23:15:00Z", 90, "2026-10-24"},  // 01:15, for the second time
  };
  for (const auto& c : cases) {
    CAPTURE(c.instant, c.day_start_minutes);
    CHECK(format_day(business_day(at(c.instant), jerusalem, c.day_start_minutes)) == c.expect);
  }
}

TEST_CASE("a day's last microsecond belongs to it and the next does not") {
  for (const char* name : {"Asia/Jerusalem", "America/New_York", "UTC", "America/Sao_Paulo"}) {
    const absl::TimeZone local = zone(name);
    for (absl::CivilDay day(2026, 1, 1); day < absl::CivilDay(2027, 1, 1); ++day) {
      const int64_t end_us = end_of_day_us(day, local, 0);
      CHECK(business_day(end_us, local, 0) == day);
      CHECK(business_day(end_us + 1, local, 0) == day + 1);
    }
  }
}

TEST_CASE("dates are written and read as YYYY-MM-DD and nothing else") {
  CHECK(format_day(parse_day("2024-02-29", "d").value()) == "2024-02-29");
  for (const char* bad : {"", "2023-02-29", "2024-2-29", "2024-02-29T00", "24-02-29", "2024/02/29",
                          "2024-13-01", "abcd-ef-gh"}) {
    CAPTURE(bad);
    CHECK(reason_of(parse_day(bad, "d").status()) == v1::REASON_FIELD_INVALID);
  }
  CHECK(reason_of(parse_day("1969-12-31", "d").status()) == v1::REASON_TIME_OUT_OF_RANGE);
  CHECK(reason_of(parse_day("9999-12-31", "d").status()) == v1::REASON_TIME_OUT_OF_RANGE);
  CHECK(parse_day("9999-12-30", "d").ok());
  CHECK(parse_day("1970-01-01", "d").ok());
}

TEST_CASE("instants outside what is kept are refused") {
  google::protobuf::Timestamp time;
  CHECK(time_us_of(time, "t").value() == 0);
  time.set_seconds(253402214399);
  time.set_nanos(999'999'999);
  CHECK(time_us_of(time, "t").value() == kMaxTimeUs);
  for (const auto& [seconds, nanos] : std::vector<std::pair<int64_t, int32_t>>{{-1, 0},
                                                                               {253402214400, 0},
                                                                               {0, -1},
                                                                               {0, 1'000'000'000},
                                                                               {INT64_MAX, 0},
                                                                               {INT64_MIN, 0}}) {
    time.set_seconds(seconds);
    time.set_nanos(nanos);
    CAPTURE(seconds, nanos);
    CHECK(reason_of(time_us_of(time, "t").status()) == v1::REASON_TIME_OUT_OF_RANGE);
  }
}

TEST_CASE("an instant survives the wire to the microsecond") {
  for (const int64_t time_us :
       {int64_t{0}, int64_t{1}, int64_t{1'795'000'000'123'456}, kMaxTimeUs}) {
    CHECK(time_us_of(timestamp_of(time_us), "t").value() == time_us);
  }
}

}  // namespace
}  // namespace moadon
