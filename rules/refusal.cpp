#include "rules/refusal.h"

#include "absl/strings/cord.h"

namespace moadon {
namespace {

constexpr absl::string_view kPayloadType = "type.googleapis.com/moadon.v1.ErrorDetail";

bool names_unknown(v1::Reason reason) {
  switch (reason) {
    case v1::REASON_RECEIPT_UNKNOWN:
    case v1::REASON_MEMBER_UNKNOWN:
    case v1::REASON_LINE_UNKNOWN:
    case v1::REASON_HOLD_UNKNOWN:
    case v1::REASON_BRANCH_UNKNOWN:
    case v1::REASON_REGISTER_UNKNOWN:
    case v1::REASON_PROGRAM_UNKNOWN:
    case v1::REASON_RIGHT_UNKNOWN:
    case v1::REASON_TIER_UNKNOWN:
    case v1::REASON_MERGE_UNKNOWN:
    case v1::REASON_GROUP_UNKNOWN:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusCode code_of(v1::Reason reason) {
  if (names_unknown(reason)) return absl::StatusCode::kNotFound;
  switch (reason) {
    case v1::REASON_TOKEN_UNKNOWN:
    case v1::REASON_TOKEN_REVOKED:
      return absl::StatusCode::kUnauthenticated;
    case v1::REASON_NOT_ALLOWED:
    case v1::REASON_ORIGIN_NOT_ALLOWED:
      return absl::StatusCode::kPermissionDenied;
    case v1::REASON_MALFORMED:
    case v1::REASON_FIELD_MISSING:
    case v1::REASON_FIELD_INVALID:
    case v1::REASON_TEXT_INVALID:
    case v1::REASON_AMOUNT_OUT_OF_RANGE:
    case v1::REASON_TIME_OUT_OF_RANGE:
    case v1::REASON_PAGE_TOKEN_INVALID:
    case v1::REASON_PROGRAM_CONTRADICTS:
      return absl::StatusCode::kInvalidArgument;
    case v1::REASON_TOO_LARGE:
    case v1::REASON_BUSY:
    case v1::REASON_JOURNAL_FULL:
      return absl::StatusCode::kResourceExhausted;
    case v1::REASON_METHOD_UNKNOWN:
      return absl::StatusCode::kUnimplemented;
    case v1::REASON_RECEIPT_REUSED:
    case v1::REASON_KEY_TAKEN:
    case v1::REASON_ID_TAKEN:
    case v1::REASON_REQUEST_REUSED:
      return absl::StatusCode::kAlreadyExists;
    case v1::REASON_KEY_AMBIGUOUS:
    case v1::REASON_RETURN_EXCEEDS_SOLD:
    case v1::REASON_POINTS_SHORT:
    case v1::REASON_RIGHT_NOT_LEFT:
    case v1::REASON_PROGRAM_NOTICE_SHORT:
    case v1::REASON_BRANCH_IN_USE:
    case v1::REASON_MEMBER_MERGED:
    case v1::REASON_MEMBER_HELD:
    case v1::REASON_MEMBER_ERASED:
    case v1::REASON_SALE_NOT_HERE:
    case v1::REASON_HISTORY_SHORT:
    case v1::REASON_PROGRAM_MISSING:
    case v1::REASON_PROGRAM_FIELD_FIXED:
    case v1::REASON_PROGRAM_START_PAST:
    case v1::REASON_PROGRAM_NOT_UNDERSTOOD:
    case v1::REASON_VERSION_MISMATCH:
    case v1::REASON_JOURNAL_FORKED:
    case v1::REASON_JOURNAL_ALTERED:
      return absl::StatusCode::kFailedPrecondition;
    case v1::REASON_SETTINGS_CHANGED:
      return absl::StatusCode::kAborted;
    case v1::REASON_SERVER_UNREACHABLE:
    case v1::REASON_AGENT_UNREACHABLE:
    case v1::REASON_OUTCOME_UNKNOWN:
    case v1::REASON_STOPPING:
      return absl::StatusCode::kUnavailable;
    case v1::REASON_DEADLINE_EXCEEDED:
      return absl::StatusCode::kDeadlineExceeded;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status refuse(const v1::ErrorDetail& detail, absl::string_view message) {
  v1::ErrorDetail carried = detail;
  if (carried.reason() == v1::REASON_UNSPECIFIED) carried.set_reason(v1::REASON_INTERNAL);
  absl::Status status(code_of(carried.reason()), message);
  status.SetPayload(kPayloadType, absl::Cord(carried.SerializeAsString()));
  return status;
}

absl::Status refuse(v1::Reason reason, absl::string_view message, RefusalValues values) {
  v1::ErrorDetail detail;
  detail.set_reason(reason);
  for (const auto& [name, value] : values) {
    (*detail.mutable_values())[std::string(name)] = std::string(value);
  }
  return refuse(detail, message);
}

v1::ErrorDetail detail_of(const absl::Status& status) {
  v1::ErrorDetail detail;
  if (const auto payload = status.GetPayload(kPayloadType); payload.has_value()) {
    detail.ParseFromString(std::string(*payload));
  }
  return detail;
}

v1::Reason reason_of(const absl::Status& status) { return detail_of(status).reason(); }

bool retry_may_help(v1::Reason reason) {
  switch (reason) {
    case v1::REASON_SERVER_UNREACHABLE:
    case v1::REASON_AGENT_UNREACHABLE:
    case v1::REASON_OUTCOME_UNKNOWN:
    case v1::REASON_STOPPING:
    case v1::REASON_DEADLINE_EXCEEDED:
    case v1::REASON_BUSY:
      return true;
    default:
      return false;
  }
}

}  // namespace moadon
