#include "client/cli/sandbox/leftovers.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "absl/strings/numbers.h"

namespace moadon::cli {
namespace {

constexpr std::chrono::milliseconds kLookPause{10};

// From /proc/PID/stat: "PID (any text) STATE PARENT ..."; 0 when the process is gone.
pid_t parent_of(const std::filesystem::path& process) {
  std::ifstream file(process / "stat");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(text.substr(name_end + 1));
  std::string state;
  pid_t parent = 0;
  rest >> state >> parent;
  return parent;
}

void reap_ended() {
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

}  // namespace

std::set<pid_t> children_of_ours() {
  std::set<pid_t> children;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    if (parent_of(entry.path()) == getpid()) children.insert(pid);
  }
  return children;
}

Leftovers::Leftovers() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

Leftovers::~Leftovers() {
  const auto limit = std::chrono::steady_clock::now() + kLeftoverPatience;
  std::set<pid_t> asked;
  while (std::chrono::steady_clock::now() < limit + kLeftoverPatience) {
    reap_ended();
    const std::set<pid_t> children = children_of_ours();
    if (children.empty()) break;
    const bool is_late = std::chrono::steady_clock::now() > limit;
    for (const pid_t child : children) {
      if (is_late) {
        kill(child, SIGKILL);
      } else if (asked.insert(child).second) {
        kill(child, SIGTERM);
      }
    }
    std::this_thread::sleep_for(kLookPause);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace moadon::cli
