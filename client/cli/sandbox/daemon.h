// A program of ours that runs as long as the sandbox does.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/sandbox/child_process.h"
#include "client/cli/sandbox/interrupts.h"

namespace moadon::cli {

// How often one program is started again in one run of the sandbox, and how long it may take to be
// ready or to stop.
inline constexpr int kRestartsMax = 100;
inline constexpr std::chrono::seconds kReadyPatience{60};
inline constexpr std::chrono::seconds kStopPatience{20};

// What to run and how it says that it is ready.
struct DaemonPlan {
  std::string name;
  std::string announcement;  // a file that it writes when ready; removed before the first start
  std::string log;           // its stdout and stderr are appended here
  // Asked before each start: a start after a crash may name the ports that the first one got.
  std::function<std::vector<std::string>()> arguments;
  // Whether the announcement (empty: not there) says that a process is ready, ours or another of
  // the same directory.
  std::function<bool(const std::string& text, pid_t pid)> is_ready;
};

// Starts it, starts it again when it crashes, and stops it in the end (also in the destructor).
// Main thread only.
class Daemon final {
 public:
  Daemon(DaemonPlan plan, Interrupts& interrupts)
      : plan_(std::move(plan)), interrupts_(interrupts) {}
  ~Daemon() { stop(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Returns when it is ready. Refuses with the end of its log when it is not.
  absl::Status start();

  // Starts it again if it crashed, or, when `even_after_clean_end`, if it ended at all. Refuses
  // once kRestartsMax is used up.
  absl::Status keep_up(bool even_after_clean_end);

  void stop();

  const std::string& name() const { return plan_.name; }
  pid_t pid() const { return process_ ? process_->pid() : 0; }
  int restarts() const { return restarts_; }

 private:
  absl::Status launch();
  absl::Status wait_until_ready();
  absl::Status failure(const std::string& what) const;

  const DaemonPlan plan_;
  Interrupts& interrupts_;
  std::optional<ChildProcess> process_;
  bool ended_cleanly_ = false;
  int restarts_ = 0;
};

}  // namespace moadon::cli
