#include "tests/bench/calls.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <deque>
#include <stdexcept>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace moadon::bench {
namespace {

using Clock = std::chrono::steady_clock;

// One call after another on one connection.
struct Lane {
  explicit Lane(const std::shared_ptr<grpc::Channel>& channel) : stub(channel) {}

  grpc::GenericStub stub;
  std::optional<grpc::ClientContext> context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  Clock::time_point start;
  Clock::time_point last_end;
  std::vector<double> latencies_us;
};

// All calls of one plan. Lanes run on gRPC's threads, each on one at a time.
class CallRun final {
 public:
  CallRun(const std::vector<std::shared_ptr<grpc::Channel>>& channels,
          const std::string& authorization, const CallPlan& plan)
      : authorization_(authorization), plan_(plan), open_lanes_(plan.outstanding) {
    for (int i = 0; i < plan.outstanding; ++i) {
      lanes_.emplace_back(channels[static_cast<size_t>(i) % channels.size()]);
    }
  }

  Samples run() {
    const Clock::time_point start = Clock::now();
    if (plan_.repeat_for) end_ = start + *plan_.repeat_for;
    for (Lane& lane : lanes_) call_next(lane);
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* open) { return *open == 0; }, &open_lanes_));
    if (!fault_.empty()) throw std::runtime_error(plan_.path + ": " + fault_);
    Samples samples;
    Clock::time_point last = start;
    for (const Lane& lane : lanes_) {
      last = std::max(last, lane.last_end);
      samples.latencies_us.insert(samples.latencies_us.end(), lane.latencies_us.begin(),
                                  lane.latencies_us.end());
    }
    samples.seconds = std::chrono::duration<double>(last - start).count();
    return samples;
  }

 private:
  void call_next(Lane& lane) {
    const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    const Clock::time_point now = Clock::now();
    if (failed_ || (plan_.repeat_for ? now >= end_ : index >= plan_.requests.size())) {
      absl::MutexLock lock(&mutex_);
      --open_lanes_;
      return;
    }
    lane.context.emplace();
    lane.context->AddMetadata("authorization", authorization_);
    lane.context->set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    lane.request = plan_.requests[index % plan_.requests.size()];
    lane.response.Clear();
    lane.start = now;
    lane.stub.UnaryCall(&*lane.context, plan_.path, {}, &lane.request, &lane.response,
                        [this, &lane](const grpc::Status& status) { take(lane, status); });
  }

  void take(Lane& lane, const grpc::Status& status) {
    lane.last_end = Clock::now();
    lane.latencies_us.push_back(microseconds(lane.last_end - lane.start));
    std::string fault;
    if (!status.ok()) {
      fault = status.error_message().empty() ? "refused" : status.error_message();
    } else if (plan_.find_fault) {
      fault = plan_.find_fault(lane.response);
    }
    if (!fault.empty()) {
      failed_ = true;
      absl::MutexLock lock(&mutex_);
      if (fault_.empty()) fault_ = fault;
    }
    call_next(lane);
  }

  // Fixed before the first call.
  const std::string& authorization_;
  const CallPlan& plan_;
  std::deque<Lane> lanes_;
  Clock::time_point end_;

  std::atomic<size_t> next_{0};
  std::atomic<bool> failed_{false};

  absl::Mutex mutex_;
  int open_lanes_ ABSL_GUARDED_BY(mutex_);
  std::string fault_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

Connections::Connections(const std::string& address, const std::string& token)
    : authorization_("Bearer " + token) {
  grpc::ChannelArguments arguments;
  // Otherwise all channels share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  for (int i = 0; i < kConnections; ++i) {
    channels_.push_back(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    if (!channels_.back()->WaitForConnected(std::chrono::system_clock::now() + kCallDeadline)) {
      throw std::runtime_error("no connection to " + address);
    }
  }
}

Samples Connections::run(const CallPlan& plan) const {
  return CallRun(channels_, authorization_, plan).run();
}

grpc::ByteBuffer Connections::call(const std::string& path, const grpc::ByteBuffer& request) const {
  grpc::ByteBuffer answer;
  const std::vector<grpc::ByteBuffer> requests{request};
  run({.path = path, .requests = requests, .find_fault = [&answer](const grpc::ByteBuffer& bytes) {
         answer = bytes;
         return std::string();
       }});
  return answer;
}

}  // namespace moadon::bench
