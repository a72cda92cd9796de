// Days and hours on which a condition holds, and the next day on which it will. Pure functions,
// safe from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/optional.h"

namespace moadon {

// Days of a window around a yearly day.
struct YearlyWindow {
  int32_t days_before = 0;
  int32_t days_after = 0;
};

// `month_day` is MM-DD; 02-29 is 28 February in years without it. Empty: not known, never near.
bool is_near(absl::string_view month_day, const YearlyWindow& window, absl::CivilDay day);

// The first day after `day` on which the window opens; empty when the yearly day is not known.
absl::optional<absl::CivilDay> next_opening(absl::string_view month_day, const YearlyWindow& window,
                                            absl::CivilDay day);

// Bit 0 is Sunday.
uint32_t weekday_bit(absl::CivilDay day);

// The first day after `day` that is one of `weekdays` (bits).
absl::CivilDay next_weekday(uint32_t weekdays, absl::CivilDay day);

// [from, until) on the clock, across midnight when `until` is not after `from`.
bool is_within_hours(int minute_of_day, int from_minute, int until_minute);

}  // namespace moadon
