#include "rules/tier_days.h"

#include <algorithm>

#include "rules/calendar.h"
#include "rules/money.h"

namespace moadon {
namespace {

// The first day of a tier's window on `today`.
int64_t window_start(const v1::Tier& tier, int64_t today) {
  switch (tier.window_case()) {
    case v1::Tier::kRollingDays:
      return today - tier.rolling_days() + 1;
    case v1::Tier::kCalendarYear:
      return first_of_year(today);
    case v1::Tier::kLifetime:
    case v1::Tier::WINDOW_NOT_SET:
      break;
  }
  return INT64_MIN;
}

}  // namespace

TierDays::TierDays(std::vector<int64_t> days)
    : days_(std::move(days)),
      units_milli_(days_.size()),
      spend_minor_(days_.size()),
      tree_(days_.size() + 1) {}

void TierDays::add(int64_t day, int64_t units_milli, int64_t spend_minor) {
  const size_t count = count_through(day);
  int64_t& kept_milli = units_milli_[count - 1];
  const bool was_purchase_day = kept_milli > 0;
  kept_milli = checked_add(kept_milli, units_milli).value();
  int64_t& kept_minor = spend_minor_[count - 1];
  const bool was_negative = kept_minor < 0;
  kept_minor = checked_add(kept_minor, spend_minor).value();
  negative_days_ += (kept_minor < 0 ? 1 : 0) - (was_negative ? 1 : 0);
  const int64_t change = (kept_milli > 0 ? 1 : 0) - (was_purchase_day ? 1 : 0);
  for (size_t i = count; i < tree_.size(); i += i & -i) {
    tree_[i].spend_minor = checked_add(tree_[i].spend_minor, spend_minor).value();
    tree_[i].purchase_days += change;
  }
}

WindowSums TierDays::sums(const v1::Tier& tier, int64_t today, int64_t through) const {
  WindowSums sums = sums_of_first(count_through(through));
  const int64_t start = window_start(tier, today);
  if (start != INT64_MIN) {
    const WindowSums before = sums_of_first(count_through(std::min(start - 1, through)));
    sums.spend_minor -= before.spend_minor;
    sums.purchase_days -= before.purchase_days;
  }
  sums.spend_minor = std::max<int64_t>(sums.spend_minor, 0);
  return sums;
}

bool TierDays::has_day(int64_t day) const {
  return std::binary_search(days_.begin(), days_.end(), day);
}

int64_t TierDays::next_day(int64_t day) const {
  const size_t after = count_through(day);
  return after < days_.size() ? days_[after] : kNeverDay;
}

int64_t TierDays::next_loss(const v1::Tier& tier, int64_t day) const {
  const int64_t start = window_start(tier, day);
  if (start == INT64_MIN) return kNeverDay;
  const size_t first = count_through(start - 1);
  if (first == days_.size() || days_[first] > day) return kNeverDay;
  if (tier.window_case() == v1::Tier::kRollingDays) return days_[first] + tier.rolling_days();
  return day_number(absl::CivilDay(day_of_number(day).year() + 1, 1, 1));
}

size_t TierDays::count_through(int64_t day) const {
  return static_cast<size_t>(std::upper_bound(days_.begin(), days_.end(), day) - days_.begin());
}

WindowSums TierDays::sums_of_first(size_t count) const {
  WindowSums sums;
  for (size_t i = count; i > 0; i -= i & -i) {
    sums.spend_minor = checked_add(sums.spend_minor, tree_[i].spend_minor).value();
    sums.purchase_days += tree_[i].purchase_days;
  }
  return sums;
}

int64_t first_of_year(int64_t day) {
  return day_number(absl::CivilDay(day_of_number(day).year(), 1, 1));
}

}  // namespace moadon
