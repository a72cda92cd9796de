#include "server/rpc/open_call.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_writer.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/status.h"
#include "rules/refusal.h"

namespace moadon::rpc {
namespace {

constexpr size_t kMaxRequestIdBytes = 64;

bool is_fit_for_log(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxRequestIdBytes &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_our_fault(const absl::Status& outcome) {
  if (outcome.ok()) return false;
  const v1::Reason reason = reason_of(outcome);
  return reason == v1::REASON_UNSPECIFIED || reason == v1::REASON_INTERNAL;
}

}  // namespace

OpenCall::OpenCall(const std::string& path, grpc::CallbackServerContext* context,
                   grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* response)
    : path_(&path),
      context_(context),
      reactor_(reactor),
      response_(response),
      arrival_(std::chrono::steady_clock::now()) {}

OpenCall::OpenCall(OpenCall&& other) noexcept
    : path_(other.path_),
      context_(other.context_),
      reactor_(std::exchange(other.reactor_, nullptr)),
      response_(other.response_),
      arrival_(other.arrival_),
      caller_(std::move(other.caller_)) {}

OpenCall::~OpenCall() {
  if (reactor_ != nullptr) finish(absl::InternalError("nobody answered the call"));
}

void OpenCall::answer(const google::protobuf::MessageLite& response) {
  bool own = false;  // whether the bytes were shared; they are ours either way
  const grpc::Status written =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::MessageLite>(
          response, response_, &own);
  finish(written.ok() ? absl::OkStatus() : absl::InternalError("the answer cannot be serialized"));
}

void OpenCall::answer(const ReadyBytes& response) {
  const grpc::Slice slice(*response);
  grpc::ByteBuffer(&slice, 1).Swap(response_);
  finish(absl::OkStatus());
}

void OpenCall::finish(const absl::Status& outcome) {
  const bool is_fault = is_our_fault(outcome);
  const bool is_logged = is_fault || spdlog::should_log(spdlog::level::debug);
  const std::string id = is_logged ? request_id() : "";
  if (is_fault) {
    spdlog::error("event=fault request_id={} rpc={} caller={} message=\"{}\"", id, *path_,
                  caller_name(), absl::Utf8SafeCEscape(outcome.message()));
  }
  if (is_logged) {
    const auto took = std::chrono::steady_clock::now() - arrival_;
    spdlog::debug("event=call request_id={} rpc={} caller={} outcome={} took_us={}", id, *path_,
                  caller_name(), outcome.ok() ? "OK" : v1::Reason_Name(reason_of(outcome)),
                  std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  }
  // After Finish the context may be gone.
  grpc::ServerUnaryReactor* const reactor = std::exchange(reactor_, nullptr);
  if (!is_fault) return reactor->Finish(to_grpc(outcome));
  reactor->Finish(to_grpc(moadon::refuse(v1::REASON_INTERNAL,
                                         "A fault of the server; its log has it under the request "
                                         "id.",
                                         {{"request_id", id}})));
}

std::string OpenCall::request_id() const {
  const auto& metadata = context_->client_metadata();
  const auto given = metadata.find("x-request-id");
  if (given != metadata.end()) {
    const absl::string_view id(given->second.data(), given->second.size());
    if (is_fit_for_log(id)) return std::string(id);
  }
  thread_local absl::BitGen random;
  return absl::StrCat(absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

std::string OpenCall::caller_name() const {
  return caller_.at != nullptr ? caller_.at->register_id : caller_.view != nullptr ? "owner" : "-";
}

}  // namespace moadon::rpc
