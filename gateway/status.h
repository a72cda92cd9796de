// How a refusal crosses the wire: absl::Status inside, grpc::Status with a StatusDetails trailer
// over gRPC, Connect's error object over HTTP. All three carry the same code, reason, values and
// message.
//
// Pure functions, safe from any thread. Target `moadon_status`: used by services, by the gateway
// and by client/lib; needs no HTTP library.
#pragma once

#include <grpcpp/support/status.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "moadon/v1/error.pb.h"

namespace moadon {

// Longest message and longest single value sent to a peer; longer text is cut at a character. Keeps
// the trailer under the 8 KiB that gRPC peers accept.
inline constexpr std::size_t kMaxErrorMessageBytes = 1024;
inline constexpr std::size_t kMaxErrorValueBytes = 256;
inline constexpr int kMaxErrorValueCount = 8;

// What a service answers with. OK stays OK. A status without a reason gets the one its code implies
// (see from_grpc), so that every error on the wire has a reason.
grpc::Status to_grpc(const absl::Status& status);

// What a caller reads of an answer: the status that the peer's to_grpc was given (cut as above). An
// error that gRPC itself made, without our detail, gets a reason from its code: UNAVAILABLE and
// CANCELLED become `unavailable_reason`, DEADLINE_EXCEEDED REASON_DEADLINE_EXCEEDED,
// RESOURCE_EXHAUSTED REASON_TOO_LARGE, UNIMPLEMENTED REASON_METHOD_UNKNOWN, INVALID_ARGUMENT
// REASON_MALFORMED, UNAUTHENTICATED REASON_TOKEN_UNKNOWN, PERMISSION_DENIED REASON_NOT_ALLOWED, all
// else REASON_INTERNAL.
absl::Status from_grpc(const grpc::Status& status,
                       v1::Reason unavailable_reason = v1::REASON_SERVER_UNREACHABLE);

// The error object of HTTP answers and of the C ABI; `status` must not be OK:
//   {"code":"failed_precondition","reason":"REASON_X","message":"...","values":{"field":"..."},
//    "details":[{"type":"moadon.v1.ErrorDetail","value":"<base64, unpadded>"}]}
// which is Connect's error object, with reason and values readable without protobuf.
std::string error_json(const absl::Status& status);

// A code as Connect and our JSON spell it, e.g. "failed_precondition".
std::string code_name(absl::StatusCode code);

}  // namespace moadon
