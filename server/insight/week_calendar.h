// Which days are a week. Pure functions but for ICU's tables, safe from any thread.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "moadon/v1/settings.pb.h"

namespace moadon {

inline constexpr int kDaysPerWeek = 7;

// First day of the owner's week, 1 Sunday to 7 Saturday: as set, else by the custom of the country
// (ISO 3166-1) in CLDR's tables.
int week_start_day(const v1::ClubSettings& settings, const std::string& country_code);

// First day of the week that holds `day`.
absl::CivilDay week_start(absl::CivilDay day, int week_start_day);

}  // namespace moadon
