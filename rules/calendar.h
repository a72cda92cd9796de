// Business dates: the calendar in which the club counts. Zones are loaded by the caller; nothing
// here reads a clock or a file.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace moadon {

// Instants inside are microseconds since 1970-01-01T00:00:00Z; the range that is kept.
inline constexpr int64_t kMinTimeUs = 0;
inline constexpr int64_t kMaxTimeUs = 253402214399'999'999;  // 9999-12-30T23:59:59.999999Z

// The date on which a shop counts an instant: its local date, or the day before when the local time
// is earlier than the start of the business day. Local times that a clock change skips or doubles
// need no rule: the instant is unique.
absl::CivilDay business_day(int64_t time_us, const absl::TimeZone& zone, int day_start_minutes);

// The last microsecond of a business day.
int64_t end_of_day_us(absl::CivilDay day, const absl::TimeZone& zone, int day_start_minutes);

// YYYY-MM-DD, both ways. Parsing refuses with TIME_OUT_OF_RANGE (outside 1970-01-01..9999-12-30) or
// FIELD_INVALID (not a date) naming `field`.
std::string format_day(absl::CivilDay day);
absl::StatusOr<absl::CivilDay> parse_day(absl::string_view text, absl::string_view field);

// Days since 1970-01-01, and back: how dates are kept where they are computed with.
int64_t day_number(absl::CivilDay day);
absl::CivilDay day_of_number(int64_t number);

// Timestamp to microseconds (finer parts are dropped), refusing with TIME_OUT_OF_RANGE, values:
// field.
absl::StatusOr<int64_t> time_us_of(const google::protobuf::Timestamp& time,
                                   absl::string_view field);
google::protobuf::Timestamp timestamp_of(int64_t time_us);

}  // namespace moadon
