#include "server/insight/scores.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace moadon {

ScoreBars score_bars(std::vector<int64_t> values) {
  ScoreBars bars;
  bars.fill(std::numeric_limits<int64_t>::max());
  if (values.empty()) return bars;
  auto begin = values.begin();
  for (size_t i = 0; i < bars.size(); ++i) {
    const size_t worse = ((i + 1) * values.size() + kScoreCount - 1) / kScoreCount;
    const auto bar = values.begin() + static_cast<ptrdiff_t>(worse - 1);
    std::nth_element(begin, bar, values.end());
    bars[i] = *bar;
    begin = bar;
  }
  return bars;
}

int score_of(int64_t value, const ScoreBars& bars) {
  const auto passed =
      std::count_if(bars.begin(), bars.end(), [&](int64_t bar) { return value > bar; });
  return 1 + static_cast<int>(passed);
}

}  // namespace moadon
