// The agent's only sight of time, passed in to whoever needs it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace moadon::agent {

// Tells the time. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970-01-01T00:00:00Z, kMinTimeUs to kMaxTimeUs. Whoever sets the machine's
  // clock makes it jump.
  virtual int64_t now_us() const = 0;
  // Time since some fixed moment, the machine's sleep included. Nobody can set it.
  virtual absl::Duration monotonic() const = 0;
  // Names the fixed moment of monotonic(), such as a start of the machine; empty: it has no name.
  virtual std::string boot_id() const { return {}; }
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  int64_t now_us() const override;
  absl::Duration monotonic() const override;
  std::string boot_id() const override;
};

}  // namespace moadon::agent
