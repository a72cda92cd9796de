// The command that a sandbox was made for.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/sandbox/replay_run.h"

namespace moadon::cli {

// How long the command may take to end once the sandbox was asked to stop.
inline constexpr std::chrono::seconds kCommandPatience{10};

// Runs it with our stdin, stdout and stderr and an environment in which `moadon`, `moadon-register`
// and `curl` reach the club; server and agent are started again if they crash meanwhile, but not
// when the command stops them. Returns its exit status, 128 + the number of a signal. Cancelled
// when the sandbox was asked to stop.
absl::StatusOr<int> run_command(const Workplace& place, const std::vector<std::string>& command);

}  // namespace moadon::cli
