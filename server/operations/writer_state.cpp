#include "server/operations/writer_state.h"

#include <algorithm>

namespace moadon {
namespace {

constexpr int64_t kIdEpochMs = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
constexpr int kChanceBits = 22;
constexpr int64_t kMaxIdMs = (int64_t{1} << 41) - 1;

}  // namespace

int64_t WriterState::new_id() {
  const int64_t ms = std::clamp<int64_t>(now_us() / 1000 - kIdEpochMs, 0, kMaxIdMs);
  const int64_t chance = absl::Uniform<int64_t>(random_, 1, int64_t{1} << kChanceBits);
  last_id_ = std::max(last_id_ + 1, (ms << kChanceBits) | chance);
  return last_id_;
}

int64_t WriterState::next_change_us() {
  last_change_us_ = std::max(last_change_us_ + 1, now_us());
  return last_change_us_;
}

}  // namespace moadon
