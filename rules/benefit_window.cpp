#include "rules/benefit_window.h"

#include "absl/strings/numbers.h"

namespace moadon {
namespace {

struct MonthDay {
  int month = 0;
  int day = 0;
};

absl::optional<MonthDay> month_day_of(absl::string_view text) {
  MonthDay result;
  if (text.size() != 5 || text[2] != '-' || !absl::SimpleAtoi(text.substr(0, 2), &result.month) ||
      !absl::SimpleAtoi(text.substr(3), &result.day)) {
    return absl::nullopt;
  }
  return result;
}

absl::CivilDay in_year(const MonthDay& yearly, absl::civil_year_t year) {
  const absl::CivilDay day(year, yearly.month, yearly.day);
  // What the calendar carries over is 29 February of a year without one.
  return day.month() == yearly.month ? day : absl::CivilDay(year, yearly.month, yearly.day - 1);
}

}  // namespace

bool is_near(absl::string_view month_day, const YearlyWindow& window, absl::CivilDay day) {
  const auto yearly = month_day_of(month_day);
  if (!yearly) return false;
  for (const int years : {-1, 0, 1}) {
    const absl::CivilDay middle = in_year(*yearly, day.year() + years);
    if (middle - window.days_before <= day && day <= middle + window.days_after) return true;
  }
  return false;
}

absl::optional<absl::CivilDay> next_opening(absl::string_view month_day, const YearlyWindow& window,
                                            absl::CivilDay day) {
  const auto yearly = month_day_of(month_day);
  if (!yearly) return absl::nullopt;
  for (int years = -1;; ++years) {
    const absl::CivilDay opening = in_year(*yearly, day.year() + years) - window.days_before;
    if (opening > day) return opening;
  }
}

uint32_t weekday_bit(absl::CivilDay day) {
  // absl counts from Monday.
  return 1u << ((static_cast<int>(absl::GetWeekday(day)) + 1) % 7);
}

absl::CivilDay next_weekday(uint32_t weekdays, absl::CivilDay day) {
  for (int ahead = 1; ahead < 7; ++ahead) {
    if ((weekdays & weekday_bit(day + ahead)) != 0) return day + ahead;
  }
  return day + 7;
}

bool is_within_hours(int minute_of_day, int from_minute, int until_minute) {
  if (from_minute < until_minute) {
    return from_minute <= minute_of_day && minute_of_day < until_minute;
  }
  return minute_of_day >= from_minute || minute_of_day < until_minute;
}

}  // namespace moadon
