// Threads for what would hold up gRPC's own.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace moadon::rpc {

// A fixed number of named threads with one bounded queue, first come first served. gRPC has about
// one thread per two cores for everything; whatever may take longer than a few lookups, or waits,
// belongs here.
//
// Thread-safe.
class WorkerPool final {
 public:
  // Called exactly once: on one of the threads with OK, or inside submit() with the reason why not
  // (REASON_BUSY: the queue is full, REASON_STOPPING). Must not throw.
  using Task = absl::AnyInvocable<void(const absl::Status& admitted) &&>;

  // `name`, up to 15 bytes, is what `top -H` shows.
  WorkerPool(absl::string_view name, int thread_count, size_t queue_limit);
  ~WorkerPool();  // stop()
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(Task task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Refuses what comes, runs what is queued, joins the threads. Belongs to the owner's thread; may
  // be called again.
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void work(const std::string& name) ABSL_LOCKS_EXCLUDED(mutex_);
  // Queues `task`, or leaves it alone and says why.
  absl::Status queue(Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  bool has_work_or_ends() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  }

  // Fixed at construction.
  const size_t queue_limit_;

  absl::Mutex mutex_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // Used by the owner's thread.
  std::vector<std::thread> threads_;
};

}  // namespace moadon::rpc
