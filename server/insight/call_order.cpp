#include "server/insight/call_order.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/int128.h"

namespace moadon {
namespace {

// Silence over rhythm, by cross multiplication: below zero, zero or above as a is before b, equal,
// after.
int compare_freshness(const CallRank& a, const CallRank& b) {
  const bool a_bought = a.silent_days >= 0;
  const bool b_bought = b.silent_days >= 0;
  if (a_bought != b_bought) return a_bought ? -1 : 1;
  if (!a_bought) return 0;
  const absl::int128 left = absl::int128(a.silent_days) * b.rhythm_days_milli;
  const absl::int128 right = absl::int128(b.silent_days) * a.rhythm_days_milli;
  return left < right ? -1 : left > right ? 1 : 0;
}

}  // namespace

bool comes_before(v1::CallOrder order, const CallRank& a, const CallRank& b) {
  if (order == v1::CALL_ORDER_FRESH) {
    const int compared = compare_freshness(a, b);
    return compared != 0 ? compared < 0 : a.member_id < b.member_id;
  }
  return a.value_minor != b.value_minor ? a.value_minor > b.value_minor : a.member_id < b.member_id;
}

void FirstCalls::offer(const CallRank& rank) {
  const auto before = [this](const CallRank& a, const CallRank& b) {
    return comes_before(order_, a, b);
  };
  if (ranks_.size() < limit_) {
    ranks_.push_back(rank);
    std::push_heap(ranks_.begin(), ranks_.end(), before);
    return;
  }
  if (limit_ == 0 || !before(rank, ranks_.front())) return;
  std::pop_heap(ranks_.begin(), ranks_.end(), before);
  ranks_.back() = rank;
  std::push_heap(ranks_.begin(), ranks_.end(), before);
}

std::vector<CallRank> FirstCalls::take() {
  std::sort(ranks_.begin(), ranks_.end(),
            [this](const CallRank& a, const CallRank& b) { return comes_before(order_, a, b); });
  return std::exchange(ranks_, {});
}

}  // namespace moadon
