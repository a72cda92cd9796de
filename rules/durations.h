// Lengths of time in microseconds, in which instants are counted (calendar.h).
#pragma once

#include <cstdint>

namespace moadon {

inline constexpr int64_t kMinuteUs = 60'000'000;
inline constexpr int64_t kHourUs = 60 * kMinuteUs;
inline constexpr int64_t kDayUs = 24 * kHourUs;

}  // namespace moadon
