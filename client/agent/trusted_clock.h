// What time it is on a machine whose clock anybody may set.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/clock.h"
#include "client/agent/journal_offline.h"
#include "client/agent/server_link.h"

namespace moadon::agent {

// How far the latest time that is kept may lag behind.
inline constexpr int64_t kClockKeptUs = 60'000'000;

// While the server's time is known (its last word and what passed since by a clock that nobody can
// set, also over an end of this process as long as the machine runs) both times are that. Otherwise
// what begins is judged by the machine's clock, and what ends by the latest time that was ever
// seen: a clock that is put back revives nothing.
//
// Thread-safe. Everything handed over outlives it.
class TrustedClock final {
 public:
  // Goes on from what is kept; `known_us` is a time that has passed for certain, 0: none.
  TrustedClock(const Clock& clock, ServerLink& link, OfflineBook& book, int64_t known_us);
  TrustedClock(const TrustedClock&) = delete;
  TrustedClock& operator=(const TrustedClock&) = delete;

  // Microseconds since 1970. By this what begins is judged, and what a moment is called.
  int64_t now_us() const;
  // By this what ends is judged.
  int64_t latest_us() ABSL_LOCKS_EXCLUDED(mutex_);

  // Writes down what must survive this process, when it is due; the journal does so with every
  // sale, too.
  void keep() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Fixed at construction; self-locking.
  const Clock& clock_;
  ServerLink& link_;
  OfflineBook& book_;
  const std::string boot_id_;

  absl::Mutex mutex_;
  int64_t seen_us_ ABSL_GUARDED_BY(mutex_);  // the latest, while the server's time is not known
  StoredClock kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moadon::agent
