// What the command line ends with.
#pragma once

#include "absl/status/status.h"

namespace moadon::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitRefused = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreachable = 3;

// Marks a refusal as the caller's own slip in what they typed.
absl::Status as_usage(absl::Status status);

// kExitUsage for what as_usage marked, kExitUnreachable where nobody answered, else kExitRefused.
// `status` is not OK.
int exit_code_of(const absl::Status& status);

}  // namespace moadon::cli
