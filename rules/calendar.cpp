#include "rules/calendar.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr int64_t kUsPerSecond = 1'000'000;
const absl::CivilDay kFirstDay(1970, 1, 1);
const absl::CivilDay kLastDay(9999, 12, 30);

absl::Status out_of_range(absl::string_view field) {
  return refuse(v1::REASON_TIME_OUT_OF_RANGE,
                absl::StrCat(field, " is outside 1970-01-01 to 9999-12-30"), {{"field", field}});
}

}  // namespace

absl::CivilDay business_day(int64_t time_us, const absl::TimeZone& zone, int day_start_minutes) {
  const absl::CivilSecond local = zone.At(absl::FromUnixMicros(time_us)).cs;
  const absl::CivilDay day(local);
  return local.hour() * 60 + local.minute() < day_start_minutes ? day - 1 : day;
}

int64_t end_of_day_us(absl::CivilDay day, const absl::TimeZone& zone, int day_start_minutes) {
  const absl::CivilMinute next = absl::CivilMinute(day + 1) + day_start_minutes;
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(next));
  // When the clock skips over the start of the day, the day starts at the moment of the change;
  // when it shows the start twice, the day starts the first time.
  const absl::Time start = info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
  return absl::ToUnixMicros(start) - 1;
}

std::string format_day(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

absl::StatusOr<absl::CivilDay> parse_day(absl::string_view text, absl::string_view field) {
  absl::CivilDay day;
  if (text.size() != 10 || !absl::ParseCivilTime(text, &day) || format_day(day) != text) {
    return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " is not a date YYYY-MM-DD"),
                  {{"field", field}});
  }
  if (day < kFirstDay || day > kLastDay) return out_of_range(field);
  return day;
}

int64_t day_number(absl::CivilDay day) { return day - kFirstDay; }

absl::CivilDay day_of_number(int64_t number) { return kFirstDay + number; }

absl::StatusOr<int64_t> time_us_of(const google::protobuf::Timestamp& time,
                                   absl::string_view field) {
  if (time.nanos() < 0 || time.nanos() > 999'999'999 || time.seconds() < 0 ||
      time.seconds() > kMaxTimeUs / kUsPerSecond) {
    return out_of_range(field);
  }
  return time.seconds() * kUsPerSecond + time.nanos() / 1000;
}

google::protobuf::Timestamp timestamp_of(int64_t time_us) {
  google::protobuf::Timestamp time;
  time.set_seconds(time_us / kUsPerSecond);
  time.set_nanos(static_cast<int32_t>(time_us % kUsPerSecond) * 1000);
  return time;
}

}  // namespace moadon
