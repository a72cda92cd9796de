// Quarters of the calendar and quarters of a member: value_service.proto, Cohort. Pure functions.
#pragma once

#include <cstdint>

#include "absl/time/civil_time.h"

namespace moadon {

// The first day of the calendar's quarter that `day` is in.
absl::CivilDay calendar_quarter(absl::CivilDay day);

// The first day of quarter `index` (from 0) of somebody who joined on `joined`: so many times three
// months later, on the same day of the month or on the month's last where there is no such day.
// Never earlier for a later `joined`.
absl::CivilDay own_quarter_start(absl::CivilDay joined, int64_t index);

// The quarter of theirs that `day` is in; negative before they joined.
int64_t own_quarter_of(absl::CivilDay joined, absl::CivilDay day);

}  // namespace moadon
