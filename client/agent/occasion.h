// Where a register stands, and what that makes of a moment: branch, business date, time of day.
#pragma once

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "moadon/v1/program.pb.h"
#include "rules/pricing.h"

namespace moadon::agent {

// What the server says of a register's branch. The default: not said yet.
struct Place {
  std::string branch_id;
  std::string time_zone;  // IANA; empty: the program's
  int day_start_minutes = 0;

  bool operator==(const Place& other) const {
    return branch_id == other.branch_id && time_zone == other.time_zone &&
           day_start_minutes == other.day_start_minutes;
  }
};

// The occasion of a moment. A zone that this machine does not know is taken for the program's, and
// that for UTC. Reads the machine's zone tables; safe from any thread.
Occasion occasion_at(int64_t time_us, const Place& place, const v1::Program& program);

// The place of one register. Thread-safe.
class PlaceMemory final {
 public:
  explicit PlaceMemory(Place place) : place_(std::move(place)) {}
  PlaceMemory(const PlaceMemory&) = delete;
  PlaceMemory& operator=(const PlaceMemory&) = delete;

  Place get() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return place_;
  }
  void set(const Place& place) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    place_ = place;
  }

 private:
  mutable absl::Mutex mutex_;
  Place place_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moadon::agent
