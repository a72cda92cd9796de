#include "rules/churn.h"

#include <algorithm>

#include "absl/numeric/int128.h"
#include "rules/money.h"

namespace moadon {
namespace {

// The rhythm in thousandths of a day, as a fraction.
absl::int128 numerator(const StageNumbers& n, const PurchaseRhythm& rhythm) {
  return absl::int128(n.prior_weight_milli) * n.club_gap_days_milli +
         absl::int128(rhythm.gaps_days) * kMilli * kMilli;
}

absl::int128 denominator(const StageNumbers& n, const PurchaseRhythm& rhythm) {
  return absl::int128(n.prior_weight_milli) +
         absl::int128(std::max<int64_t>(rhythm.purchase_days - 1, 0)) * kMilli;
}

}  // namespace

int64_t rhythm_days_milli(const StageNumbers& numbers, const PurchaseRhythm& rhythm) {
  return round_half_up(numerator(numbers, rhythm), denominator(numbers, rhythm)).value();
}

int64_t churn_silence_days(const StageNumbers& numbers, const PurchaseRhythm& rhythm) {
  const absl::int128 bound = absl::int128(numbers.churn_factor_milli) * numerator(numbers, rhythm) /
                             (absl::int128(kMilli) * kMilli * denominator(numbers, rhythm));
  return static_cast<int64_t>(bound) + 1;
}

}  // namespace moadon
