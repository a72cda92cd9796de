#include "client/cli/confirmation.h"

#include "client/cli/exit_codes.h"
#include "rules/refusal.h"

namespace moadon::cli {

absl::Status confirmed(bool yes) {
  if (yes) return absl::OkStatus();
  return as_usage(refuse(v1::REASON_FIELD_MISSING, "say --yes: this cannot be taken back",
                         {{"field", "--yes"}}));
}

}  // namespace moadon::cli
