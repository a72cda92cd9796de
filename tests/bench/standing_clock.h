// A clock that always tells the same time.
#pragma once

#include "server/clock.h"

namespace moadon::bench {

class StandingClock final : public Clock {
 public:
  explicit StandingClock(int64_t now_us) : now_us_(now_us) {}
  int64_t now_us() const override { return now_us_; }

 private:
  const int64_t now_us_;
};

}  // namespace moadon::bench
