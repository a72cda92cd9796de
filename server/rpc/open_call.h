// A call between its arrival and its one answer.
#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "server/rpc/authorize.h"

namespace moadon::rpc {

// A response's bytes. Shared with whoever keeps them for the next call.
using ReadyBytes = std::shared_ptr<const std::string>;

// Owns the duty to answer: whoever drops a call unanswered answers it with REASON_INTERNAL.
// Movable, used by one thread at a time, any thread. What it points to is gRPC's and lives until
// the answer is out.
//
// An answer without a reason, or with REASON_INTERNAL, is a fault of ours: it is logged here, once,
// and the caller learns no more than the request id under which the log has it. Every answer is
// logged at debug.
class OpenCall final {
 public:
  // `path` must outlive the call.
  OpenCall(const std::string& path, grpc::CallbackServerContext* context,
           grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* response);
  OpenCall(OpenCall&& other) noexcept;
  OpenCall& operator=(OpenCall&&) = delete;
  ~OpenCall();

  const grpc::CallbackServerContext& context() const { return *context_; }
  // Of a call that authorize() has let in.
  const Caller& caller() const { return caller_; }
  void set_caller(Caller caller) { caller_ = std::move(caller); }

  // The caller has gone, or its time is over: nobody reads the answer.
  bool is_abandoned() const { return context_->IsCancelled(); }

  // One of the two, once. `outcome` is not OK.
  void answer(const google::protobuf::MessageLite& response);
  void answer(const ReadyBytes& response);
  void refuse(const absl::Status& outcome) { finish(outcome); }

 private:
  void finish(const absl::Status& outcome);
  // The caller's `x-request-id` where it is fit for a log line, else a new one.
  std::string request_id() const;
  std::string caller_name() const;

  const std::string* path_;
  grpc::CallbackServerContext* context_;
  grpc::ServerUnaryReactor* reactor_;  // null: answered, or moved from
  grpc::ByteBuffer* response_;
  std::chrono::steady_clock::time_point arrival_;  // for the log
  Caller caller_;
};

}  // namespace moadon::rpc
