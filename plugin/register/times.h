// Moments: microseconds since 1970 in UTC inside, RFC 3339 in messages, day.month.year for people.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace moadon {

// What time it is. Passed in, so that tests can choose.
using Clock = std::function<int64_t()>;

// The machine's clock. The one reader of it in this program.
int64_t system_now_us();

// Makes `zone`, an IANA name such as Asia/Jerusalem, the zone of the two "local" functions below,
// for the whole process; call it before any thread starts. False when the system has no such zone.
bool use_time_zone(const std::string& zone);

// 1970-01-01T00:00:00Z up to the end of 9999 as RFC 3339: "2010-12-01T08:26:00[.ffffff]" followed
// by "Z" or
// "+02:00". Without either it is a wall clock's time in the local zone, which must have shown it.
std::optional<int64_t> parse_time(std::string_view text);

// RFC 3339 in UTC, with a fraction only where there is one.
std::string format_time(int64_t time_us);

// "21.11.2026 20:05" in the local zone.
std::string format_local(int64_t time_us);

}  // namespace moadon
