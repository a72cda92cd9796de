#include <time.h>

#include <algorithm>
#include <fstream>

#include "client/agent/clock.h"
#include "rules/calendar.h"

namespace moadon::agent {

int64_t SystemClock::now_us() const {
  // Not std::chrono::system_clock, whose nanoseconds end in 2262. A clock that stands outside of
  // what can be told shows the nearest moment that can.
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::clamp<int64_t>(now.tv_sec * 1'000'000 + now.tv_nsec / 1000, kMinTimeUs, kMaxTimeUs);
}

absl::Duration SystemClock::monotonic() const {
  // CLOCK_MONOTONIC, and with it std::chrono::steady_clock, stands still while a machine sleeps:
  // the morning's sales of a till that slept and is offline would be dated to the evening before.
  timespec since_boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  return absl::DurationFromTimespec(since_boot);
}

std::string SystemClock::boot_id() const {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

}  // namespace moadon::agent
