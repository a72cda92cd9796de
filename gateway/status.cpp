#include "gateway/status.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr absl::string_view kDetailType = "moadon.v1.ErrorDetail";

// `text` cut to `limit_bytes`, never inside a UTF-8 character.
std::string cut(absl::string_view text, std::size_t limit_bytes) {
  if (text.size() <= limit_bytes) return std::string(text);
  std::size_t end = limit_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

// A protobuf map has a new order every time; what people and tests read has one.
std::map<std::string, std::string> in_order(const v1::ErrorDetail& detail) {
  return {detail.values().begin(), detail.values().end()};
}

v1::ErrorDetail cut_detail(const v1::ErrorDetail& detail) {
  v1::ErrorDetail result;
  result.set_reason(detail.reason());
  for (const auto& [name, value] : in_order(detail)) {
    if (result.values_size() == kMaxErrorValueCount) break;
    (*result.mutable_values())[cut(name, kMaxErrorValueBytes)] = cut(value, kMaxErrorValueBytes);
  }
  return result;
}

// The reason of an error that nobody of ours made. Both enums have gRPC's canonical numbers.
v1::Reason implied_reason(absl::StatusCode code, v1::Reason unavailable_reason) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kCancelled:
      return unavailable_reason;
    case absl::StatusCode::kDeadlineExceeded:
      return v1::REASON_DEADLINE_EXCEEDED;
    case absl::StatusCode::kResourceExhausted:
      return v1::REASON_TOO_LARGE;
    case absl::StatusCode::kUnimplemented:
      return v1::REASON_METHOD_UNKNOWN;
    case absl::StatusCode::kInvalidArgument:
      return v1::REASON_MALFORMED;
    case absl::StatusCode::kUnauthenticated:
      return v1::REASON_TOKEN_UNKNOWN;
    case absl::StatusCode::kPermissionDenied:
      return v1::REASON_NOT_ALLOWED;
    default:
      return v1::REASON_INTERNAL;
  }
}

// `status` itself, or, where it carries no reason, a refusal with the implied one.
absl::Status with_reason(const absl::Status& status, v1::Reason unavailable_reason) {
  if (reason_of(status) != v1::REASON_UNSPECIFIED) return status;
  return refuse(implied_reason(status.code(), unavailable_reason), status.message());
}

}  // namespace

grpc::Status to_grpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const absl::Status refusal = with_reason(status, v1::REASON_STOPPING);
  v1::StatusDetails details;
  details.set_code(static_cast<int>(refusal.code()));
  details.set_message(cut(refusal.message(), kMaxErrorMessageBytes));
  details.add_details()->PackFrom(cut_detail(detail_of(refusal)));
  return grpc::Status(static_cast<grpc::StatusCode>(refusal.code()), details.message(),
                      details.SerializeAsString());
}

absl::Status from_grpc(const grpc::Status& status, v1::Reason unavailable_reason) {
  if (status.ok()) return absl::OkStatus();
  v1::StatusDetails details;
  v1::ErrorDetail detail;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details()) &&
      details.details_size() == 1 && details.details(0).UnpackTo(&detail) &&
      detail.reason() != v1::REASON_UNSPECIFIED) {
    return refuse(detail, status.error_message());
  }
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  return refuse(implied_reason(code, unavailable_reason), status.error_message());
}

std::string error_json(const absl::Status& status) {
  const absl::Status refusal = with_reason(status, v1::REASON_STOPPING);
  const v1::ErrorDetail detail = cut_detail(detail_of(refusal));
  nlohmann::ordered_json values = nlohmann::ordered_json::object();
  for (const auto& [name, value] : in_order(detail)) values[name] = value;
  std::string encoded = absl::Base64Escape(detail.SerializeAsString());
  while (absl::EndsWith(encoded, "=")) encoded.pop_back();

  nlohmann::ordered_json error;
  error["code"] = code_name(refusal.code());
  error["reason"] = v1::Reason_Name(detail.reason());
  error["message"] = cut(refusal.message(), kMaxErrorMessageBytes);
  error["values"] = std::move(values);
  error["details"] = {{{"type", kDetailType}, {"value", std::move(encoded)}}};
  return error.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string code_name(absl::StatusCode code) {
  // Connect spells it with one l, Abseil with two.
  if (code == absl::StatusCode::kCancelled) return "canceled";
  return absl::AsciiStrToLower(absl::StatusCodeToString(code));
}

}  // namespace moadon
