#include "gateway/rpc_caller.h"

#include <grpc/support/time.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/status.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

grpc::ByteBuffer buffer_of(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

absl::StatusOr<std::string> bytes_of(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return refuse(v1::REASON_INTERNAL, "The answer is unreadable.");
  std::string bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

// What gRPC needs to stay in place while a call runs. Owned by its own completion.
struct RpcCaller::Flight {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  OnDone on_done;
};

RpcCaller::RpcCaller(std::shared_ptr<grpc::Channel> channel) : stub_(std::move(channel)) {}

void RpcCaller::call(RpcCall call, OnDone on_done) {
  auto flight = std::make_unique<Flight>();
  flight->context.set_deadline(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                   gpr_time_from_millis(absl::ToInt64Milliseconds(call.timeout), GPR_TIMESPAN)));
  for (const auto& [key, value] : call.metadata) flight->context.AddMetadata(key, value);
  flight->request = buffer_of(call.request);
  {
    absl::MutexLock lock(&mutex_);
    if (!stopping_) {
      flight->on_done = std::move(on_done);
      flights_.insert(flight.get());
    }
  }
  if (!flight->on_done) {
    on_done(refuse(v1::REASON_STOPPING, "The process is stopping."));
    return;
  }
  // A cancel between the lock above and here is remembered by the context and ends the call at
  // once.
  Flight* const flying = flight.release();
  stub_.UnaryCall(&flying->context, call.path, grpc::StubOptions(), &flying->request,
                  &flying->response,
                  [this, flying](const grpc::Status& status) { land(flying, status); });
}

void RpcCaller::land(Flight* flight, const grpc::Status& status) {
  {
    const std::unique_ptr<Flight> landed(flight);
    if (status.ok()) {
      landed->on_done(bytes_of(landed->response));
    } else {
      landed->on_done(from_grpc(status, v1::REASON_STOPPING));
    }
    // Forgotten before it is freed, so that stop() never cancels what is gone.
    absl::MutexLock lock(&mutex_);
    flights_.erase(flight);
  }
}

void RpcCaller::stop() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  for (Flight* flight : flights_) flight->context.TryCancel();
  const auto none = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return flights_.empty(); };
  mutex_.Await(absl::Condition(&none));
}

}  // namespace moadon
