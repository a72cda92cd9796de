// How long points live: rules.md ("Points"). Pure functions, safe from any thread.
#pragma once

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "moadon/v1/program.pb.h"

namespace moadon {

// First and last date on which points can be spent; without the last: for ever. Points whose end
// is before their first day never can be: pending days do not lengthen a life.
struct PointsLife {
  absl::CivilDay usable_day;
  absl::optional<absl::CivilDay> expire_day;
};

// The life of points earned on a day.
PointsLife life_of(const v1::PointRules& rules, absl::CivilDay earned_day);

}  // namespace moadon
