// Ends the calls of a client early, for processes that stop.
#pragma once

#include <grpcpp/client_context.h>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace moadon {

// Shared by whoever calls and whoever stops: cancel() makes calls under way, pauses between tries
// and all later ones end at once. It never goes back. Thread-safe; must outlive the calls.
class Cancellation final {
 public:
  Cancellation() = default;
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  void cancel() ABSL_LOCKS_EXCLUDED(mutex_);
  bool is_cancelled() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns after `pause`, or at once when cancelled: then false.
  bool pause(absl::Duration pause) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class CancellableCall;

  mutable absl::Mutex mutex_;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
};

// A call's stay in a Cancellation (null: none), as long as its context lives.
class CancellableCall final {
 public:
  CancellableCall(Cancellation* cancellation, grpc::ClientContext& context);
  ~CancellableCall();
  CancellableCall(const CancellableCall&) = delete;
  CancellableCall& operator=(const CancellableCall&) = delete;

 private:
  Cancellation* const cancellation_;
  grpc::ClientContext& context_;
};

}  // namespace moadon
