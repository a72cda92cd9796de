// What the plugin refuses by itself, and how a refusal of the agent is passed on.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moadon::pos {

// A reason of proto/moadon/v1/error.proto with its status code in the spelling of the HTTP errors.
struct Reason {
  const char* name;
  const char* code;
};

namespace reason {
inline constexpr Reason kTokenUnknown{"REASON_TOKEN_UNKNOWN", "unauthenticated"};
inline constexpr Reason kMalformed{"REASON_MALFORMED", "invalid_argument"};
inline constexpr Reason kFieldMissing{"REASON_FIELD_MISSING", "invalid_argument"};
inline constexpr Reason kFieldInvalid{"REASON_FIELD_INVALID", "invalid_argument"};
inline constexpr Reason kTextInvalid{"REASON_TEXT_INVALID", "invalid_argument"};
inline constexpr Reason kTooLarge{"REASON_TOO_LARGE", "resource_exhausted"};
inline constexpr Reason kMethodUnknown{"REASON_METHOD_UNKNOWN", "unimplemented"};
inline constexpr Reason kAgentUnreachable{"REASON_AGENT_UNREACHABLE", "unavailable"};
inline constexpr Reason kDeadlineExceeded{"REASON_DEADLINE_EXCEEDED", "deadline_exceeded"};
inline constexpr Reason kBusy{"REASON_BUSY", "resource_exhausted"};
inline constexpr Reason kInternal{"REASON_INTERNAL", "internal"};
}  // namespace reason

struct Refusal {
  Reason reason;
  std::string message;
  std::vector<std::pair<std::string, std::string>> values;
};

// The error object of moadon_pos.h.
std::string to_json(const Refusal& refusal);

// The error object for an HTTP answer that is not 200: the agent's own if the body is one (members
// it lacks are added), else a refusal that says which status came.
std::string error_from_agent(int http_status, std::string_view body);

}  // namespace moadon::pos
