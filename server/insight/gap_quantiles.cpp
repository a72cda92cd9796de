#include "server/insight/gap_quantiles.h"

namespace moadon {

std::vector<int64_t> gap_quantiles(absl::Span<const PurchaseHistories> histories, int64_t day,
                                   absl::Span<const double> shares) {
  std::vector<int64_t> counts(kLastShortDay + 1, 0);
  int64_t all = 0;
  std::vector<ShortDay> scratch;
  for (const PurchaseHistories& some : histories) {
    for (size_t i = 0; i < some.size(); ++i) {
      const absl::Span<const ShortDay> days = some[i].as_of(day, scratch);
      for (size_t k = 1; k < days.size(); ++k) ++counts[days[k] - days[k - 1]];
      all += days.empty() ? 0 : static_cast<int64_t>(days.size()) - 1;
    }
  }
  std::vector<int64_t> quantiles(shares.size(), 0);
  size_t next = 0;
  int64_t seen = 0;
  for (int64_t gap = 0; gap <= kLastShortDay && next < shares.size() && all > 0; ++gap) {
    seen += counts[gap];
    while (next < shares.size() &&
           static_cast<double>(seen) >= shares[next] * static_cast<double>(all)) {
      quantiles[next++] = gap;
    }
  }
  return quantiles;
}

}  // namespace moadon
