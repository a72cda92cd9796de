// Unary gRPC calls by name and bytes.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace moadon {

struct RpcCall {
  // "/package.Service/Method".
  std::string path;
  // Keys lower-case, values printable ASCII: gRPC aborts the process on anything else.
  std::vector<std::pair<std::string, std::string>> metadata;
  absl::Duration timeout;
  std::string request;
};

// Starts calls and remembers those in flight, so that they can be cancelled and waited for. Safe
// from any thread. Shares the channel, because gRPC hands channels out that way.
class RpcCaller final {
 public:
  using OnDone = std::function<void(absl::StatusOr<std::string>)>;

  explicit RpcCaller(std::shared_ptr<grpc::Channel> channel);
  // No call may be in flight.
  ~RpcCaller() = default;

  // `on_done` gets the answer's bytes or a refusal, once, on a thread of gRPC, or on this one when
  // calls are no longer taken (REASON_STOPPING).
  void call(RpcCall call, OnDone on_done) ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes no more calls, cancels those in flight and returns when the last on_done has returned.
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Flight;
  void land(Flight* flight, const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  // Self-locking.
  grpc::GenericStub stub_;

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<Flight*> flights_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moadon
