// When a call must have returned, on the clock that no one sets.
#pragma once

#include <chrono>
#include <cstdint>

namespace moadon::pos {

class Deadline final {
 public:
  explicit Deadline(std::int64_t timeout_ms)
      : at_(std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms)) {}

  // Rounded up, so that a wait of left_ms() ends at or after the deadline; 0 once it passed.
  std::int64_t left_ms() const {
    const auto left = at_ - std::chrono::steady_clock::now();
    const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return left_ms > 0 ? left_ms : 0;
  }

  bool passed() const { return std::chrono::steady_clock::now() >= at_; }

 private:
  std::chrono::steady_clock::time_point at_;
};

// Milliseconds since an arbitrary moment; for "not more often than".
inline std::int64_t monotonic_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace moadon::pos
