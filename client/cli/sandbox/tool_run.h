// Short runs of our own programs, to set things up.
#pragma once

#include <string>
#include <vector>

#include "client/cli/sandbox/interrupts.h"

namespace moadon::cli {

// Runs a program with `input` on its stdin and its words on our stderr, and waits for its end.
// Refuses any exit status but 0.
absl::Status run_tool(Interrupts& interrupts, const std::vector<std::string>& arguments,
                      const std::string& input = "");

}  // namespace moadon::cli
