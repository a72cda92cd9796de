#include <time.h>

#include <chrono>

#include "client/agent/clock.h"

namespace moadon::agent {

int64_t SystemClock::now_us() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

absl::Duration SystemClock::monotonic() const {
  // CLOCK_MONOTONIC, and with it std::chrono::steady_clock, stands still while a machine sleeps:
  // the morning's sales of a till that slept and is offline would be dated to the evening before.
  timespec since_boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  return absl::DurationFromTimespec(since_boot);
}

}  // namespace moadon::agent
