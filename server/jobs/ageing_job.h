// What time makes happen to members and holds.
#pragma once

#include <cstddef>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "server/operations/club.h"

namespace moadon {

// Ages members (age_members) when it starts, whenever the club's business date changes, and
// whenever a program is published; ends the holds and leases of silent registers (end_silent_holds,
// end_silent_leases) when it starts and every minute; sleeps in between. Owns its thread. Failures
// are logged and tried again soon.
class AgeingJob final {
 public:
  // `club` must outlive the job.
  explicit AgeingJob(Club& club);
  ~AgeingJob();  // stop()
  AgeingJob(const AgeingJob&) = delete;
  AgeingJob& operator=(const AgeingJob&) = delete;

  // Returns when the thread has ended: after at most the batch that is under way. May be called
  // again by the same thread. Call it before Club::stop().
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Members are aged once for each.
  struct Reason {
    absl::CivilDay day;
    size_t program_count = 0;

    bool operator==(const Reason&) const = default;
  };

  void run_until_stopped() ABSL_LOCKS_EXCLUDED(mutex_);
  Reason reason_now() const;
  // Ages until nobody is due or stop() is called. False: not all, try again.
  bool age_all() ABSL_LOCKS_EXCLUDED(mutex_);
  // Each ends what is to end until nothing is left or stop() is called.
  void end_holds() ABSL_LOCKS_EXCLUDED(mutex_);
  void end_leases() ABSL_LOCKS_EXCLUDED(mutex_);
  bool is_stopping() const ABSL_LOCKS_EXCLUDED(mutex_);

  Club& club_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace moadon
