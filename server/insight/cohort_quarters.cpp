#include "server/insight/cohort_quarters.h"

#include <algorithm>

namespace moadon {
namespace {

constexpr int kQuarterMonths = 3;

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

absl::CivilDay calendar_quarter(absl::CivilDay day) {
  return absl::CivilDay(day.year(), (day.month() - 1) / kQuarterMonths * kQuarterMonths + 1, 1);
}

absl::CivilDay own_quarter_start(absl::CivilDay joined, int64_t index) {
  const absl::CivilMonth month = absl::CivilMonth(joined) + kQuarterMonths * index;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month.year(), month.month(), 1) + (joined.day() - 1), last);
}

int64_t own_quarter_of(absl::CivilDay joined, absl::CivilDay day) {
  const int64_t months = absl::CivilMonth(day) - absl::CivilMonth(joined);
  const int64_t index = floor_div(months, kQuarterMonths);
  return day < own_quarter_start(joined, index) ? index - 1 : index;
}

}  // namespace moadon
