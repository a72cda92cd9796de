#include "rules/benefit_limits.h"

#include <algorithm>

#include "rules/calendar.h"
#include "rules/money.h"

namespace moadon {
namespace {

// Counts of the business date's own day, month and year; those of other ones have begun anew.
struct CurrentUses {
  int64_t day_count = 0;
  int64_t month_count = 0;
  int64_t year_count = 0;
};

CurrentUses current_uses(const v1::BenefitUses& uses, absl::CivilDay day) {
  constexpr size_t kYearBytes = 4;
  constexpr size_t kMonthBytes = 7;  // YYYY-MM
  CurrentUses current;
  if (uses.last_use_date().empty()) return current;
  const std::string today = format_day(day);
  const std::string& last = uses.last_use_date();
  if (last == today) current.day_count = uses.day_count();
  if (last.compare(0, kMonthBytes, today, 0, kMonthBytes) == 0) {
    current.month_count = uses.month_count();
  }
  if (last.compare(0, kYearBytes, today, 0, kYearBytes) == 0) {
    current.year_count = uses.year_count();
  }
  return current;
}

}  // namespace

absl::optional<v1::ReasonLimit> limit_reached(const v1::Limits& limits, const v1::BenefitUses& uses,
                                              absl::CivilDay day) {
  const CurrentUses current = current_uses(uses, day);
  const struct {
    v1::LimitPeriod period;
    int64_t limit;
    int64_t used;
  } counts[] = {
      {v1::LIMIT_PERIOD_DAY, limits.per_member_day_count(), current.day_count},
      {v1::LIMIT_PERIOD_MONTH, limits.per_member_month_count(), current.month_count},
      {v1::LIMIT_PERIOD_YEAR, limits.per_member_year_count(), current.year_count},
      {v1::LIMIT_PERIOD_EVER, limits.per_member_count(), uses.total_count()},
      {v1::LIMIT_PERIOD_CLUB, limits.club_count(), uses.club_count()},
      {v1::LIMIT_PERIOD_CLUB_BUDGET, limits.club_budget_minor(), uses.club_saved_minor()},
  };
  for (const auto& count : counts) {
    if (count.limit == 0 || count.used < count.limit) continue;
    v1::ReasonLimit reason;
    reason.set_period(count.period);
    reason.set_limit(count.limit);
    return reason;
  }
  return absl::nullopt;
}

bool is_of_club(const v1::ReasonLimit& limit) {
  return limit.period() == v1::LIMIT_PERIOD_CLUB || limit.period() == v1::LIMIT_PERIOD_CLUB_BUDGET;
}

int64_t budget_left_minor(const v1::Limits& limits, const v1::BenefitUses& uses) {
  if (limits.club_budget_minor() == 0) return kMaxSumMinor;
  return std::max<int64_t>(0, limits.club_budget_minor() - uses.club_saved_minor());
}

}  // namespace moadon
