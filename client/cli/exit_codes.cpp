#include "client/cli/exit_codes.h"

#include "absl/strings/cord.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

constexpr absl::string_view kUsageMark = "moadon.cli/usage";

}  // namespace

absl::Status as_usage(absl::Status status) {
  status.SetPayload(kUsageMark, absl::Cord());
  return status;
}

int exit_code_of(const absl::Status& status) {
  if (status.GetPayload(kUsageMark)) return kExitUsage;
  switch (reason_of(status)) {
    case v1::REASON_SERVER_UNREACHABLE:
    case v1::REASON_AGENT_UNREACHABLE:
    case v1::REASON_STOPPING:
    case v1::REASON_DEADLINE_EXCEEDED:
      return kExitUnreachable;
    default:
      return kExitRefused;
  }
}

}  // namespace moadon::cli
