#include "rules/points_life.h"

namespace moadon {

PointsLife life_of(const v1::PointRules& rules, absl::CivilDay earned_day) {
  PointsLife life{earned_day + rules.pending_days(), absl::nullopt};
  switch (rules.expiry_case()) {
    case v1::PointRules::kExpiryDays:
      life.expire_day = earned_day + rules.expiry_days();
      break;
    case v1::PointRules::kExpiryMonths:
      life.expire_day =
          absl::CivilDay(absl::CivilMonth(earned_day) + rules.expiry_months() + 1) - 1;
      break;
    case v1::PointRules::kExpiryYears:
      life.expire_day = absl::CivilDay(absl::CivilYear(earned_day) + rules.expiry_years() + 1) - 1;
      break;
    case v1::PointRules::EXPIRY_NOT_SET:
      break;
  }
  return life;
}

}  // namespace moadon
