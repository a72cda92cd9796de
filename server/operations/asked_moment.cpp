#include "server/operations/asked_moment.h"

#include "rules/calendar.h"

namespace moadon {

absl::StatusOr<AsOf> asked_moment(const v1::AsOf& asked, const ClubView& view, int64_t now_us) {
  switch (asked.moment_case()) {
    case v1::AsOf::kDate: {
      const absl::StatusOr<absl::CivilDay> day = parse_day(asked.date(), "as_of.date");
      if (!day.ok()) return day.status();
      return AsOf{*day, std::nullopt};
    }
    case v1::AsOf::kInstant: {
      const absl::StatusOr<int64_t> us = time_us_of(asked.instant(), "as_of.instant");
      if (!us.ok()) return us.status();
      return AsOf{view.day_of(*us), *us};
    }
    case v1::AsOf::MOMENT_NOT_SET:
      break;
  }
  return AsOf{view.day_of(now_us), now_us};
}

}  // namespace moadon
