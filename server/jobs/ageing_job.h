// What time makes happen to stages.
#pragma once

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/operations/club.h"

namespace moadon {

// Ages members (age_members) when it starts, whenever the club's business date changes, and
// whenever a program is published; sleeps in between. Owns its thread. Failures are logged and
// tried again later.
class AgeingJob final {
 public:
  // `club` must outlive the job.
  explicit AgeingJob(Club& club);
  ~AgeingJob();  // stop()
  AgeingJob(const AgeingJob&) = delete;
  AgeingJob& operator=(const AgeingJob&) = delete;

  // Returns when the thread has ended: after at most the batch that is under way. May be called
  // again. Call it before Club::stop().
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void run_until_stopped();
  // Ages until nobody is due or stop() is called. False: failed, try again later.
  bool age_all();

  Club& club_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool joined_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace moadon
