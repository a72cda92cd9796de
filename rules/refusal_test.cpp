#include "rules/refusal.h"

#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("a refusal carries its reason, its values and the code of the reason") {
  const absl::Status status =
      refuse(v1::REASON_FIELD_INVALID, "too long", {{"field", "sale.receipt"}, {"limit", "64"}});
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(status.message() == "too long");
  CHECK(reason_of(status) == v1::REASON_FIELD_INVALID);
  CHECK(detail_of(status).values().at("limit") == "64");
  const absl::Status passed_on = refuse(detail_of(status), "too long");
  CHECK(passed_on.code() == status.code());
  CHECK(detail_of(passed_on).values().at("field") == "sale.receipt");
}

TEST_CASE("what carries no reason is an error of ours") {
  CHECK(reason_of(absl::OkStatus()) == v1::REASON_UNSPECIFIED);
  CHECK(reason_of(absl::InternalError("made elsewhere")) == v1::REASON_UNSPECIFIED);
  const absl::Status status = refuse(v1::ErrorDetail(), "off the wire");
  CHECK(reason_of(status) == v1::REASON_INTERNAL);
  CHECK(status.code() == absl::StatusCode::kInternal);
  CHECK(code_of(v1::REASON_UNSPECIFIED) == absl::StatusCode::kInternal);
  CHECK(code_of(static_cast<v1::Reason>(9999)) == absl::StatusCode::kInternal);
  CHECK_FALSE(retry_may_help(static_cast<v1::Reason>(9999)));
}

TEST_CASE("every reason has a code, and only those of the moment may help when repeated") {
  for (int number = 1; number < v1::Reason_ARRAYSIZE; ++number) {
    if (!v1::Reason_IsValid(number)) continue;
    const auto reason = static_cast<v1::Reason>(number);
    INFO(v1::Reason_Name(reason));
    CHECK(code_of(reason) != absl::StatusCode::kOk);
    CHECK((code_of(reason) == absl::StatusCode::kInternal) == (reason == v1::REASON_INTERNAL));
    const bool is_of_the_moment =
        reason == v1::REASON_SERVER_UNREACHABLE || reason == v1::REASON_AGENT_UNREACHABLE ||
        reason == v1::REASON_OUTCOME_UNKNOWN || reason == v1::REASON_STOPPING ||
        reason == v1::REASON_BUSY || reason == v1::REASON_DEADLINE_EXCEEDED;
    CHECK(retry_may_help(reason) == is_of_the_moment);
  }
}

}  // namespace
}  // namespace moadon
