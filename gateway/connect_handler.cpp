#include "gateway/connect_handler.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/http_answer.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr absl::string_view kJsonType = "application/json";
constexpr absl::string_view kProtoType = "application/proto";
constexpr absl::string_view kConnectVersion = "1";
constexpr absl::string_view kRequestId = "x-request-id";
// What travels on as gRPC metadata.
constexpr absl::string_view kForwarded[] = {"authorization", kRequestId, "accept-language"};
constexpr std::size_t kMaxForwardedBytes = 4096;
// https://connectrpc.com/docs/protocol/#unary-request: at most ten digits.
constexpr std::size_t kMaxTimeoutDigits = 10;
constexpr absl::string_view kPreflightSeconds = "7200";

enum class Body { kJson, kProto, kOther };

Body body_of(const HttpRequest& request) {
  std::string type = absl::AsciiStrToLower(request.header("content-type"));
  type.erase(std::remove(type.begin(), type.end(), ' '), type.end());
  if (type == kJsonType || type == absl::StrCat(kJsonType, ";charset=utf-8")) return Body::kJson;
  return type == kProtoType ? Body::kProto : Body::kOther;
}

bool is_preflight(const HttpRequest& head) {
  return head.method == "OPTIONS" && !head.header("origin").empty() &&
         !head.header("access-control-request-method").empty();
}

HttpAnswer preflight_answer(const HttpRequest& head) {
  HttpAnswer answer{204, {}, ""};
  answer.headers = {{"access-control-allow-methods", "POST, GET"},
                    {"access-control-allow-headers",
                     "authorization, content-type, connect-protocol-version, connect-timeout-ms, "
                     "x-request-id, accept-language, x-user-agent"},
                    {"access-control-max-age", std::string(kPreflightSeconds)}};
  // Chromium asks this before a public page may reach a private address.
  if (head.header("access-control-request-private-network") == "true") {
    answer.headers.emplace_back("access-control-allow-private-network", "true");
  }
  return answer;
}

HttpAnswer unknown_method(absl::string_view message, int http_status) {
  return error_answer(refuse(v1::REASON_METHOD_UNKNOWN, message), http_status);
}

HttpAnswer wrong_http_method(absl::string_view allowed) {
  HttpAnswer answer =
      unknown_method(absl::StrCat("Only ", allowed, " is answered at this path."), 405);
  answer.headers.emplace_back("allow", std::string(allowed));
  return answer;
}

// gRPC ends the process on metadata values outside printable ASCII.
absl::Status check_forwarded(const HttpRequest& head) {
  for (const absl::string_view name : kForwarded) {
    const absl::string_view value = head.header(name);
    if (value.size() > kMaxForwardedBytes) {
      return refuse(v1::REASON_TOO_LARGE, absl::StrCat("The header ", name, " is too long."),
                    {{"field", name}, {"limit", absl::StrCat(kMaxForwardedBytes)}});
    }
    if (!std::all_of(value.begin(), value.end(), [](char c) { return absl::ascii_isprint(c); })) {
      return refuse(v1::REASON_TEXT_INVALID,
                    absl::StrCat("The header ", name, " is not printable ASCII."),
                    {{"field", name}});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> timeout_of(const HttpRequest& head, absl::Duration otherwise) {
  const absl::string_view text = head.header("connect-timeout-ms");
  if (text.empty()) return otherwise;
  std::int64_t timeout_ms = 0;
  if (text.size() > kMaxTimeoutDigits ||
      !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &timeout_ms)) {
    return refuse(v1::REASON_FIELD_INVALID, "connect-timeout-ms is not a number of milliseconds.",
                  {{"field", "connect-timeout-ms"}, {"limit", absl::StrCat(kMaxTimeoutDigits)}});
  }
  return absl::Milliseconds(timeout_ms);
}

std::string new_request_id() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

absl::Status check_protocol(const HttpRequest& head) {
  const absl::string_view version = head.header("connect-protocol-version");
  if (version.empty() || version == kConnectVersion) return absl::OkStatus();
  return refuse(v1::REASON_VERSION_MISMATCH, "This version of the Connect protocol is not spoken.",
                {{"theirs", version}, {"ours", kConnectVersion}});
}

}  // namespace

ConnectHandler::ConnectHandler(const HttpGatewayOptions& options, std::uint16_t port,
                               MethodTable methods)
    : default_deadline_(options.default_deadline),
      max_deadline_(options.max_deadline),
      access_(options.listen_address, port, options.allowed_hosts, options.allowed_origins),
      methods_(std::move(methods)),
      caller_(options.channel) {}

std::optional<HttpAnswer> ConnectHandler::answer_head(const HttpRequest& head) const {
  if (const auto access = access_.check(head.header("host"), head.header("origin")); !access.ok()) {
    return error_answer(access);
  }
  if (is_preflight(head)) return preflight_answer(head);
  if (head.target == "/healthz") {
    if (head.method != "GET") return wrong_http_method("GET");
    return HttpAnswer{200, {{"content-type", "text/plain"}}, "ok"};
  }
  if (methods_.find(head.target) == nullptr) {
    return unknown_method("No such service or method here.", 404);
  }
  if (head.method != "POST") return wrong_http_method("POST");
  if (body_of(head) == Body::kOther) {
    return unknown_method("The content type must be application/json or application/proto.", 415);
  }
  const absl::string_view encoding = head.header("content-encoding");
  if (!encoding.empty() && !absl::EqualsIgnoreCase(encoding, "identity")) {
    return unknown_method("Compressed bodies are not read.", 415);
  }
  if (const auto protocol = check_protocol(head); !protocol.ok()) return error_answer(protocol);
  if (const auto forwarded = check_forwarded(head); !forwarded.ok()) return error_answer(forwarded);
  const auto timeout = timeout_of(head, default_deadline_);
  if (!timeout.ok()) return error_answer(timeout.status());
  return std::nullopt;
}

void ConnectHandler::serve(const HttpRequest& request, HttpResponder respond) {
  const ServedMethod& method = *methods_.find(request.target);
  auto call = call_of(method, request);
  if (!call.ok()) return respond(error_answer(call.status()));
  const bool json = body_of(request) == Body::kJson;
  std::string request_id(request.header(kRequestId));
  if (request_id.empty()) {
    request_id = new_request_id();
    call->metadata.emplace_back(kRequestId, request_id);
  }
  caller_.call(*std::move(call), [this, &method, json, request_id = std::move(request_id),
                                  respond = std::move(respond)](auto response) {
    HttpAnswer answer = answer_of(method, json, response);
    answer.headers.emplace_back(kRequestId, request_id);
    respond(std::move(answer));
  });
}

void ConnectHandler::finish(const HttpRequest& head, HttpAnswer& answer) const {
  answer.headers.emplace_back("cache-control", "no-store");
  answer.headers.emplace_back("x-content-type-options", "nosniff");
  const absl::string_view origin = head.header("origin");
  if (origin.empty() || !access_.check(head.header("host"), origin).ok()) return;
  answer.headers.emplace_back("access-control-allow-origin", std::string(origin));
  answer.headers.emplace_back("access-control-expose-headers", std::string(kRequestId));
  answer.headers.emplace_back("vary", "Origin");
}

absl::StatusOr<RpcCall> ConnectHandler::call_of(const ServedMethod& method,
                                                const HttpRequest& request) const {
  RpcCall call;
  call.path = method.path;
  for (const absl::string_view name : kForwarded) {
    const absl::string_view value = request.header(name);
    if (!value.empty()) call.metadata.emplace_back(name, value);
  }
  const auto timeout = timeout_of(request, default_deadline_);
  if (!timeout.ok()) return timeout.status();
  call.timeout = std::min(*timeout, max_deadline_);
  if (body_of(request) == Body::kJson) {
    auto binary = transcoder_.to_binary(*method.request, request.body);
    if (!binary.ok()) return binary.status();
    call.request = *std::move(binary);
  } else {
    const absl::Status checked = transcoder_.check_binary(*method.request, request.body);
    if (!checked.ok()) return checked;
    call.request = request.body;
  }
  return call;
}

HttpAnswer ConnectHandler::answer_of(const ServedMethod& method, bool json,
                                     const absl::StatusOr<std::string>& response) const {
  if (!response.ok()) return error_answer(response.status());
  if (!json) return {200, {{"content-type", std::string(kProtoType)}}, *response};
  auto text = transcoder_.to_json(*method.response, *response);
  if (!text.ok()) return error_answer(text.status());
  return {200, {{"content-type", std::string(kJsonType)}}, *std::move(text)};
}

}  // namespace moadon
