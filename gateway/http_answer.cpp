#include "gateway/http_answer.h"

#include "gateway/status.h"

namespace moadon {

// https://connectrpc.com/docs/protocol/#error-codes
int http_status_of(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    default:
      return 500;
  }
}

HttpAnswer error_answer(const absl::Status& status) {
  return error_answer(status, http_status_of(status.code()));
}

HttpAnswer error_answer(const absl::Status& status, int http_status) {
  return {http_status, {{"content-type", "application/json"}}, error_json(status)};
}

}  // namespace moadon
