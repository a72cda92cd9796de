#include "server/rpc/methods.h"

#include <spdlog/spdlog.h>

#include <exception>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/refusal.h"

namespace moadon::rpc {
namespace {

absl::Status too_late() {
  return refuse(v1::REASON_DEADLINE_EXCEEDED, "The caller's time ran out before its turn came.");
}

}  // namespace

Methods::Methods(Club& club)
    : club_(club),
      workers_("rpc-worker", kWorkerThreads, kMaxQueuedWork),
      reports_("rpc-report", kReportThreads, kMaxQueuedReports),
      answers_("rpc-answer", kAnswerThreads, kMaxQueuedAnswers) {}

WorkerPool* Methods::pool_of(Run run) {
  if (run == Run::kOnWorker) return &workers_;
  return run == Run::kAsReport ? &reports_ : nullptr;
}

void Methods::add_method(absl::string_view path, WorkerPool* pool, Serve serve) {
  const absl::optional<Role> role = role_of(path);
  if (role.has_value()) methods_.push_back({std::string(path), *role, std::move(serve), pool});
}

void Methods::serve(const Method& method, grpc::CallbackServerContext* context,
                    grpc::ServerUnaryReactor* reactor, const grpc::ByteBuffer& request,
                    grpc::ByteBuffer* response) {
  OpenCall call(method.path, context, reactor, response);
  const absl::Status admitted = admit(method, call, request.Length());
  if (!admitted.ok()) return call.refuse(admitted);
  WorkerPool* pool = method.pool;
  if (pool == nullptr && request.Length() > kMaxBytesAtOnce) pool = &workers_;
  if (pool == nullptr) return run(method, std::move(call), request);
  // The copy shares the bytes.
  pool->submit(
      [&method, call = std::move(call), request = request](const absl::Status& taken) mutable {
        if (!taken.ok()) return call.refuse(taken);
        if (call.is_abandoned()) return call.refuse(too_late());
        run(method, std::move(call), request);
      });
}

void Methods::run(const Method& method, OpenCall call, const grpc::ByteBuffer& request) {
  try {
    method.serve(std::move(call), request);
  } catch (const std::exception& thrown) {
    // The call was dropped on the way here, and so answered.
    spdlog::error("event=exception rpc={} message=\"{}\"", method.path,
                  absl::Utf8SafeCEscape(thrown.what()));
  }
}

absl::Status Methods::admit(const Method& method, OpenCall& call, size_t request_bytes) const {
  absl::StatusOr<Caller> caller = authorize(club_.view(), token_of(call.context()), method.role);
  if (!caller.ok()) return caller.status();
  call.set_caller(*std::move(caller));
  if (stopping_) return refuse(v1::REASON_STOPPING, "The server is stopping.");
  if (request_bytes > kMaxRequestBytes) {
    return refuse(v1::REASON_TOO_LARGE, "The message is too large.",
                  {{"field", "message"}, {"limit", absl::StrCat(kMaxRequestBytes)}});
  }
  return absl::OkStatus();
}

void Methods::stop() {
  refuse_new();
  reports_.stop();
  workers_.stop();
  answers_.stop();
}

bool Methods::parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  grpc::Slice slice;
  const bool has_bytes =
      bytes.Valid() && (bytes.TrySingleSlice(&slice).ok() || bytes.DumpToSingleSlice(&slice).ok());
  return has_bytes && message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
}

absl::Status Methods::malformed() {
  return refuse(v1::REASON_MALFORMED, "The bytes are not the message that this method takes.");
}

}  // namespace moadon::rpc
