#include "server/insight/week_calendar.h"

#include <unicode/calendar.h>
#include <unicode/locid.h>

#include <memory>

namespace moadon {

int week_start_day(const v1::ClubSettings& settings, const std::string& country_code) {
  if (settings.week_start_day() != 0) return settings.week_start_day();
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::Calendar> calendar(
      icu::Calendar::createInstance(icu::Locale("und", country_code.c_str()), error));
  int day = UCAL_SUNDAY;
  if (U_SUCCESS(error)) day = calendar->getFirstDayOfWeek(error);
  return U_SUCCESS(error) ? day : UCAL_SUNDAY;
}

absl::CivilDay week_start(absl::CivilDay day, int week_start_day) {
  // Monday is the first of absl::Weekday, Sunday the last.
  const int weekday = (static_cast<int>(absl::GetWeekday(day)) + 1) % kDaysPerWeek;
  const int passed_days = (weekday - (week_start_day - 1) + kDaysPerWeek) % kDaysPerWeek;
  return day - passed_days;
}

}  // namespace moadon
