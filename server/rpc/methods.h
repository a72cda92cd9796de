// The methods that this process serves: how each is run, and the path that every call takes before
// it is.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/operations/club.h"
#include "server/rpc/authorize.h"
#include "server/rpc/open_call.h"
#include "server/rpc/worker_pool.h"

namespace moadon::rpc {

// Largest request; gRPC itself reads up to kMaxReceivedBytes, so that what lies between is refused
// with its reason.
inline constexpr size_t kMaxRequestBytes = 4 << 20;
inline constexpr int kMaxReceivedBytes = 8 << 20;

// Larger requests are read and started on a worker too, so that a batch of sales does not delay
// those who identify.
inline constexpr size_t kMaxBytesAtOnce = 16 << 10;

inline constexpr int kWorkerThreads = 2;
inline constexpr size_t kMaxQueuedWork = 1024;
inline constexpr int kReportThreads = 2;
inline constexpr size_t kMaxQueuedReports = 64;
// Sends the answers of what GroupCommit has made durable, so that its thread goes on with the next
// group meanwhile.
inline constexpr int kAnswerThreads = 1;
inline constexpr size_t kMaxQueuedAnswers = 16'384;

// Whose thread runs the handler of a reading method.
enum class Run {
  kAtOnce,    // gRPC's own: a few lookups
  kOnWorker,  // one of kWorkerThreads: a page of something
  kAsReport,  // one of kReportThreads: may scan, may take minutes
};

// Every call goes the same way: caller (authorize.h), size, form (REASON_TOO_LARGE,
// REASON_MALFORMED), then its handler, which checks fields and state before any effect. Exceptions
// out of handlers become REASON_INTERNAL.
//
// Methods are added before the server starts and do not change afterwards; then everything is safe
// from any thread. Handlers must live as long as this object.
class Methods final {
 public:
  // `club` must outlive this object.
  explicit Methods(Club& club);

  // A method that answers when its handler returns: absl::StatusOr<Response>(const Caller&, const
  // Request&). Response is a message or the ReadyBytes of one.
  template <class Request, class Response, class Handler>
  void add_read(absl::string_view path, Run run, Handler handler) {
    add_method(path, pool_of(run), [handler](OpenCall call, const grpc::ByteBuffer& bytes) {
      Request request;
      if (!parse(bytes, request)) return call.refuse(malformed());
      const absl::StatusOr<Response> response = guarded<Response>(handler, call.caller(), request);
      response.ok() ? call.answer(*response) : call.refuse(response.status());
    });
  }

  // A method whose handler starts a write and does not wait for it:
  // void(const Caller&, const Request&, Answer<Response>). `run` says where it is started.
  template <class Request, class Response, class Handler>
  void add_write(absl::string_view path, Handler handler, Run run = Run::kAtOnce) {
    add_method(path, pool_of(run), [this, handler](OpenCall call, const grpc::ByteBuffer& bytes) {
      Request request;
      if (!parse(bytes, request)) return call.refuse(malformed());
      const Caller caller = call.caller();
      handler(caller, request,
              [this, call = std::move(call)](absl::StatusOr<Response> response) mutable {
                answers_.submit([call = std::move(call), response = std::move(response)](
                                    const absl::Status& /*also when turned away*/) mutable {
                  response.ok() ? call.answer(*response) : call.refuse(response.status());
                });
              });
    });
  }

  using Serve = std::function<void(OpenCall, const grpc::ByteBuffer&)>;
  // One method as gRPC is to serve it.
  struct Method {
    std::string path;
    Role role = Role::kOwner;
    Serve serve;
    WorkerPool* pool = nullptr;  // null: at once, unless the request is large
  };
  const std::deque<Method>& all() const { return methods_; }

  // Serves one call of `method`: answers through the reactor, or sees to it that it will be. Never
  // throws.
  void serve(const Method& method, grpc::CallbackServerContext* context,
             grpc::ServerUnaryReactor* reactor, const grpc::ByteBuffer& request,
             grpc::ByteBuffer* response);

  // From now on every call is refused with REASON_STOPPING.
  void refuse_new() { stopping_ = true; }
  // Answers what was accepted and joins the threads. The operations behind must still run; gRPC
  // must have stopped.
  void stop();

 private:
  template <class Response, class Handler, class Request>
  static absl::StatusOr<Response> guarded(const Handler& handler, const Caller& caller,
                                          const Request& request) {
    try {
      return handler(caller, request);
    } catch (const std::exception& thrown) {
      return absl::InternalError(thrown.what());
    }
  }
  static bool parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);
  static absl::Status malformed();
  // Null: at once.
  WorkerPool* pool_of(Run run);

  // `path` must be in method_roles(): what is not is served to nobody.
  void add_method(absl::string_view path, WorkerPool* pool, Serve serve);
  absl::Status admit(const Method& method, OpenCall& call, size_t request_bytes) const;

  // Runs the method, here. Never throws.
  static void run(const Method& method, OpenCall call, const grpc::ByteBuffer& request);

  // Fixed before the server starts.
  const Club& club_;
  std::deque<Method> methods_;

  std::atomic<bool> stopping_{false};

  // Self-locking.
  WorkerPool workers_;
  WorkerPool reports_;
  WorkerPool answers_;
};

}  // namespace moadon::rpc
