#include "server/insight/fit_period.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/insight/gap_quantiles.h"

namespace moadon {
namespace {

// Who has not bought for longer than nearly all gaps last has really left.
constexpr double kLongGapShare = 0.95;
constexpr int64_t kHorizonsInHistory = 3;

absl::Status history_short(absl::string_view field, int64_t limit) {
  return refuse(v1::REASON_HISTORY_SHORT,
                absl::StrCat("too little history to conclude anything: ", field, " below ", limit),
                {{"field", std::string(field)}, {"limit", absl::StrCat(limit)}});
}

// The first and the last purchase day that ever counted.
struct Known {
  int64_t first_day = std::numeric_limits<int64_t>::max();
  int64_t last_day = std::numeric_limits<int64_t>::min();
};

Known known_days(absl::Span<const PurchaseHistories> histories, int64_t today) {
  Known known;
  std::vector<ShortDay> scratch;
  for (const PurchaseHistories& some : histories) {
    for (size_t i = 0; i < some.size(); ++i) {
      const absl::Span<const ShortDay> days = some[i].as_of(today, scratch);
      if (days.empty()) continue;
      known.first_day = std::min<int64_t>(known.first_day, days.front());
      known.last_day = std::max<int64_t>(known.last_day, days.back());
    }
  }
  return known;
}

// As long as the rhythm known on `day` asks for.
int64_t own_horizon(absl::Span<const PurchaseHistories> histories, int64_t day) {
  const double share = kLongGapShare;
  return gap_quantiles(histories, day, absl::MakeConstSpan(&share, 1)).front() + 1;
}

}  // namespace

absl::StatusOr<AskedPeriod> asked_period(const v1::FitLifecycleRequest& request) {
  AskedPeriod asked;
  if (!request.calibration_end_date().empty()) {
    const auto day = parse_day(request.calibration_end_date(), "calibration_end_date");
    if (!day.ok()) return day.status();
    asked.calibration_end_day = day_number(*day);
  }
  asked.horizon_days = request.horizon_days();
  if (asked.horizon_days != 0 &&
      (asked.horizon_days < kLeastHorizonDays || asked.horizon_days > kMostHorizonDays)) {
    return refuse(v1::REASON_FIELD_INVALID, "horizon_days is 7 to 3650, or 0",
                  {{"field", "horizon_days"}, {"limit", "7 to 3650, or 0"}});
  }
  return asked;
}

absl::StatusOr<FitPeriod> fit_period(absl::Span<const PurchaseHistories> histories,
                                     const AskedPeriod& asked, int64_t today) {
  const int64_t least_end = asked.calibration_end_day.value_or(today) + asked.horizon_days;
  if (asked.calibration_end_day && least_end > today) {
    return refuse(v1::REASON_FIELD_INVALID, "the horizon ends after today",
                  {{"field", "calibration_end_date"},
                   {"limit", "it and the horizon end today at the latest"}});
  }
  const Known known = known_days(histories, today);
  if (known.last_day < known.first_day) return history_short("members", kLeastFittedMembers);
  FitPeriod period;
  period.first_day = known.first_day;
  period.horizon_days = asked.horizon_days;
  const int64_t longest = asked.calibration_end_day
                              ? known.last_day - *asked.calibration_end_day
                              : (known.last_day - known.first_day) / kHorizonsInHistory;
  if (period.horizon_days == 0) {
    const int64_t rhythm_day = asked.calibration_end_day.value_or(known.last_day - longest);
    period.horizon_days =
        std::min(std::max<int64_t>(own_horizon(histories, rhythm_day), kLeastHorizonDays),
                 std::min<int64_t>(longest, kMostHorizonDays));
    if (period.horizon_days < kLeastHorizonDays) {
      return history_short("horizon_days", kLeastHorizonDays);
    }
  }
  period.calibration_end_day =
      asked.calibration_end_day.value_or(known.last_day - period.horizon_days);
  if (period.history_days() < kLeastHistoryDays) {
    return history_short("history_days", kLeastHistoryDays);
  }
  return period;
}

absl::Status check_members(const StandingDate& date) {
  if (static_cast<int64_t>(date.members.size()) < kLeastFittedMembers) {
    return history_short("members", kLeastFittedMembers);
  }
  int64_t gaps = 0;
  for (const StandingMember& member : date.members) gaps += member.purchase_days - 1;
  if (gaps < kLeastGaps) return history_short("repeat_purchase_days", kLeastGaps);
  return absl::OkStatus();
}

absl::Status check_returns(const StandingDate& date) {
  if (date.back_count < kLeastOfEach) return history_short("members_back", kLeastOfEach);
  const int64_t left = static_cast<int64_t>(date.members.size()) - date.back_count;
  if (left < kLeastOfEach) return history_short("members_gone", kLeastOfEach);
  return absl::OkStatus();
}

}  // namespace moadon
