#include "rules/points_payment.h"

#include <algorithm>

#include "absl/numeric/int128.h"
#include "rules/calendar.h"

namespace moadon {
namespace {

constexpr int64_t kFactsDays = 62;  // PointsStanding.expiring looks so far ahead
constexpr int64_t kMilliPerThousandPoints = 1'000'000;
constexpr int64_t kFullBps = 10'000;
constexpr int64_t kSecondsPerDay = 86'400;

}  // namespace

int64_t available_milli(const v1::MemberFacts& facts, absl::CivilDay day) {
  if (!facts.has_points()) return 0;
  if (facts.has_issued_at() &&
      day_number(day) - facts.issued_at().seconds() / kSecondsPerDay > kFactsDays) {
    return 0;
  }
  const std::string today = format_day(day);
  absl::int128 available = facts.points().available_milli();
  for (const v1::ExpiringPoints& part : facts.points().expiring()) {
    if (part.expire_date() < today) available -= part.points_milli();
  }
  return available <= 0 ? 0 : static_cast<int64_t>(available);
}

PointsWorth spendable(const v1::PointSpending& spending, const PointsWanted& wanted) {
  const int64_t step_milli = spending.step_milli();
  const absl::int128 step_worth =
      absl::int128(step_milli) * spending.thousand_points_value_minor() / kMilliPerThousandPoints;
  if (step_milli <= 0 || step_worth <= 0) return {};
  const int64_t share_bps =
      spending.maximum_share_bps() == 0 ? kFullBps : spending.maximum_share_bps();
  const absl::int128 share_minor = absl::int128(wanted.payable_minor) * share_bps / kFullBps;
  const absl::int128 steps =
      std::min(absl::int128(wanted.points_milli / step_milli),
               std::min(share_minor, absl::int128(wanted.most_minor)) / step_worth);
  const absl::int128 points = steps * step_milli;
  if (steps <= 0 || points < spending.minimum_milli()) return {};
  return {static_cast<int64_t>(points), static_cast<int64_t>(steps * step_worth)};
}

}  // namespace moadon
