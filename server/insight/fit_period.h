// Where the fit of a lifecycle stands, and whether there is enough behind and after it.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "moadon/v1/lifecycle_service.pb.h"
#include "server/insight/purchase_histories.h"
#include "server/insight/standing_date.h"

namespace moadon {

// Less than this concludes nothing.
inline constexpr int64_t kLeastHistoryDays = 56;  // from the first purchase to the calibration end
inline constexpr int64_t kLeastFittedMembers = 200;  // who had bought by then
inline constexpr int64_t kLeastGaps = 200;           // between purchase days by then
inline constexpr int64_t kLeastOfEach = 30;  // who came back, and who did not, after every date

inline constexpr int32_t kLeastHorizonDays = 7;
inline constexpr int32_t kMostHorizonDays = 3650;

// What was asked, checked for its form. 0 days, no date: not said.
struct AskedPeriod {
  std::optional<int64_t> calibration_end_day;
  int64_t horizon_days = 0;
};
absl::StatusOr<AskedPeriod> asked_period(const v1::FitLifecycleRequest& request);

struct FitPeriod {
  int64_t first_day = 0;  // the first purchase day of the club
  int64_t calibration_end_day = 0;
  int64_t horizon_days = 0;

  int64_t history_days() const { return calibration_end_day - first_day; }
};

// Fills in what was not said. TIME_OUT_OF_RANGE: the horizon ends after `today`. HISTORY_SHORT:
// there are no purchases, or less than kLeastHistoryDays.
absl::StatusOr<FitPeriod> fit_period(absl::Span<const PurchaseHistories> histories,
                                     const AskedPeriod& asked, int64_t today);

// HISTORY_SHORT when a date has less than the numbers above.
absl::Status check_members(const StandingDate& date);
absl::Status check_returns(const StandingDate& date);

}  // namespace moadon
