// The one clock, passed in to whoever needs to know the time.
#pragma once

#include <cstdint>

namespace moadon {

// Tells the time. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970-01-01T00:00:00Z.
  virtual int64_t now_us() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  int64_t now_us() const override;
};

}  // namespace moadon
