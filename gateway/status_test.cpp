#include "gateway/status.h"

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("every reason, its values and its Hebrew message come back through gRPC") {
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    if (reason == v1::REASON_UNSPECIFIED) continue;
    INFO(reasons->value(i)->name());
    const absl::Status sent = refuse(reason, "אין חבר כזה", {{"field", "שדה"}, {"limit", "7"}});
    const grpc::Status wire = to_grpc(sent);
    CHECK(static_cast<int>(wire.error_code()) == static_cast<int>(code_of(reason)));
    const absl::Status received = from_grpc(wire);
    CHECK(received.code() == sent.code());
    CHECK(received.message() == sent.message());
    CHECK(reason_of(received) == reason);
    CHECK(detail_of(received).values().at("field") == "שדה");
    CHECK(detail_of(received).values().at("limit") == "7");
  }
}

TEST_CASE("every reason and its values can be read from the JSON of an error") {
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    if (reason == v1::REASON_UNSPECIFIED) continue;
    const auto json = nlohmann::json::parse(error_json(refuse(reason, "שלום \"x\"", {{"a", "ב"}})));
    CHECK(json["code"] == code_name(code_of(reason)));
    CHECK(json["reason"] == reasons->value(i)->name());
    CHECK(json["message"] == "שלום \"x\"");
    CHECK(json["values"]["a"] == "ב");
    REQUIRE(json["details"].size() == 1);
    CHECK(json["details"][0]["type"] == "moadon.v1.ErrorDetail");
    const std::string value = json["details"][0]["value"];
    CHECK(value.find('=') == std::string::npos);
    std::string bytes;
    REQUIRE(absl::Base64Unescape(value, &bytes));
    v1::ErrorDetail detail;
    REQUIRE(detail.ParseFromString(bytes));
    CHECK(detail.reason() == reason);
    CHECK(detail.values().at("a") == "ב");
  }
}

TEST_CASE("OK crosses the wire as OK") {
  CHECK(to_grpc(absl::OkStatus()).ok());
  CHECK(from_grpc(grpc::Status::OK).ok());
}

TEST_CASE("an error that gRPC made gets a reason from its code") {
  const auto reason = [](grpc::StatusCode code) {
    return reason_of(from_grpc(grpc::Status(code, "made by the library")));
  };
  CHECK(reason(grpc::UNAVAILABLE) == v1::REASON_SERVER_UNREACHABLE);
  CHECK(reason(grpc::CANCELLED) == v1::REASON_SERVER_UNREACHABLE);
  CHECK(reason(grpc::DEADLINE_EXCEEDED) == v1::REASON_DEADLINE_EXCEEDED);
  CHECK(reason(grpc::RESOURCE_EXHAUSTED) == v1::REASON_TOO_LARGE);
  CHECK(reason(grpc::UNIMPLEMENTED) == v1::REASON_METHOD_UNKNOWN);
  CHECK(reason(grpc::INVALID_ARGUMENT) == v1::REASON_MALFORMED);
  CHECK(reason(grpc::UNAUTHENTICATED) == v1::REASON_TOKEN_UNKNOWN);
  CHECK(reason(grpc::PERMISSION_DENIED) == v1::REASON_NOT_ALLOWED);
  CHECK(reason(grpc::INTERNAL) == v1::REASON_INTERNAL);
  CHECK(reason(grpc::UNKNOWN) == v1::REASON_INTERNAL);
  CHECK(reason_of(from_grpc(grpc::Status(grpc::UNAVAILABLE, ""), v1::REASON_STOPPING)) ==
        v1::REASON_STOPPING);
}

TEST_CASE("a trailer that is not ours counts as none") {
  const grpc::Status status(grpc::UNAVAILABLE, "x", "\xff\xffnot protobuf");
  CHECK(reason_of(from_grpc(status)) == v1::REASON_SERVER_UNREACHABLE);
}

TEST_CASE("a status without a reason is given one before it is sent") {
  const absl::Status received = from_grpc(to_grpc(absl::UnknownError("oops")));
  CHECK(reason_of(received) == v1::REASON_INTERNAL);
  CHECK(received.message() == "oops");
  CHECK(nlohmann::json::parse(error_json(absl::UnknownError("oops")))["code"] == "internal");
}

TEST_CASE("long text is cut between characters") {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "ש";
  const grpc::Status wire =
      to_grpc(refuse(v1::REASON_FIELD_INVALID, "x" + text, {{"field", text}}));
  CHECK(wire.error_message().size() == kMaxErrorMessageBytes - 1);
  CHECK(wire.error_details().size() < 2000);
  const absl::Status received = from_grpc(wire);
  CHECK(detail_of(received).values().at("field").size() == kMaxErrorValueBytes);
  CHECK_NOTHROW(nlohmann::json::parse(error_json(received)));
}

TEST_CASE("bytes that are not text do not break the JSON of an error") {
  CHECK_NOTHROW(
      nlohmann::json::parse(error_json(refuse(v1::REASON_TEXT_INVALID, "bad \xff byte"))));
}

}  // namespace
}  // namespace moadon
