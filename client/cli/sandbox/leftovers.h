// Processes that outlived whoever started them inside the sandbox.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <set>

namespace moadon::cli {

// While it lives, processes whose parents ended become ours instead of init's; in the end those
// still running are stopped: SIGTERM, up to `kLeftoverPatience`, SIGKILL. Main thread only, one per
// process, and destroyed after every ChildProcess.
class Leftovers final {
 public:
  static constexpr std::chrono::seconds kLeftoverPatience{10};

  Leftovers();
  ~Leftovers();
  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;
};

// Our children that have not been waited for.
std::set<pid_t> children_of_ours();

}  // namespace moadon::cli
