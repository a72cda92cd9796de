#include "client/cli/sandbox/agent_line.h"

#include <dlfcn.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "client/cli/json_output.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

constexpr int32_t kCallTimeout_ms = 5000;
constexpr int kPendingPage = 1000;

// The plugin's error object as one of our refusals.
absl::Status refusal_of(const std::string& error_json) {
  const nlohmann::json error =
      nlohmann::json::parse(error_json, nullptr, /*allow_exceptions=*/false);
  v1::ErrorDetail detail;
  std::string message = error_json;
  if (error.is_object()) {
    v1::Reason reason = v1::REASON_INTERNAL;
    v1::Reason_Parse(error.value("reason", ""), &reason);
    detail.set_reason(reason);
    message = error.value("message", "");
  }
  return refuse(detail, message);
}

template <typename Function>
bool look_up(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

absl::StatusOr<AgentLine> AgentLine::load(const std::string& plugin, const std::string& agent_dir) {
  void* const library = dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  AgentLine line;
  line.agent_dir_ = agent_dir;
  if (library == nullptr || !look_up(library, "moadon_pos_open", line.open_) ||
      !look_up(library, "moadon_pos_call", line.call_) ||
      !look_up(library, "moadon_pos_release", line.release_) ||
      !look_up(library, "moadon_pos_close", line.close_)) {
    return refuse(v1::REASON_INTERNAL, absl::StrCat("cannot load ", plugin));
  }
  return line;
}

absl::Status AgentLine::call(const std::string& register_id, const char* method,
                             const google::protobuf::Message& request,
                             google::protobuf::Message& response) const {
  const nlohmann::json config = {{"agent_dir", agent_dir_}, {"register_id", register_id}};
  moadon_pos* handle = nullptr;
  const char* text = nullptr;
  int32_t status = open_(config.dump().c_str(), &handle, &text);
  if (status == MOADON_POS_OK) {
    status = call_(handle, method, to_json(request).c_str(), kCallTimeout_ms, &text);
  }
  const std::string answer = text == nullptr ? "" : text;
  release_(text);
  close_(handle);
  if (status != MOADON_POS_OK) return refusal_of(answer);
  return from_json(answer, response, UnknownMembers::kIgnored);
}

absl::StatusOr<v1::StatusResponse> AgentLine::status(const std::string& register_id) const {
  v1::StatusResponse response;
  const absl::Status called = call(register_id, "Status", v1::StatusRequest(), response);
  if (!called.ok()) return called;
  return response;
}

absl::StatusOr<v1::PendingResponse> AgentLine::pending(const std::string& register_id) const {
  v1::PendingRequest request;
  request.set_page_size(kPendingPage);
  v1::PendingResponse response;
  const absl::Status called = call(register_id, "Pending", request, response);
  if (!called.ok()) return called;
  return response;
}

}  // namespace moadon::cli
