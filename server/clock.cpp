#include "server/clock.h"

#include <time.h>

#include <algorithm>

#include "rules/calendar.h"

namespace moadon {

int64_t SystemClock::now_us() const {
  // Not std::chrono::system_clock, whose nanoseconds end in 2262. A clock that stands outside of
  // what can be told shows the nearest moment that can.
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::clamp<int64_t>(now.tv_sec * 1'000'000 + now.tv_nsec / 1000, kMinTimeUs, kMaxTimeUs);
}

}  // namespace moadon
