// The agent's only sight of time, passed in to whoever needs it.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace moadon::agent {

// Tells the time. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970-01-01T00:00:00Z. Whoever sets the machine's clock makes it jump.
  virtual int64_t now_us() const = 0;
  // Time since some fixed moment, the machine's sleep included. Nobody can set it.
  virtual absl::Duration monotonic() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  int64_t now_us() const override;
  absl::Duration monotonic() const override;
};

}  // namespace moadon::agent
