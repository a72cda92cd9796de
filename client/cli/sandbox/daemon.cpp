#include "client/cli/sandbox/daemon.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

constexpr std::streamoff kLogTail_bytes = 1500;

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string end_of_log(const std::string& path) {
  std::ifstream file(path);
  file.seekg(0, std::ios::end);
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kLogTail_bytes));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool crashed(int wait_status) { return !WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0; }

}  // namespace

absl::Status Daemon::failure(const std::string& what) const {
  return refuse(v1::REASON_INTERNAL, absl::StrCat(plan_.name, " ", what, "; its log ", plan_.log,
                                                  " ends:\n", end_of_log(plan_.log)));
}

absl::Status Daemon::launch() {
  const absl::StatusOr<Descriptor> nothing = open_nothing();
  if (!nothing.ok()) return nothing.status();
  const absl::StatusOr<Descriptor> log = open_log(plan_.log);
  if (!log.ok()) return log.status();
  absl::StatusOr<ChildProcess> child =
      ChildProcess::start({.arguments = plan_.arguments(),
                           .environment = {},
                           .input = nothing->number(),
                           .output = log->number(),
                           .errors = log->number(),
                           .own_group = true,
                           .mask = interrupts_.mask_for_children()});
  if (!child.ok()) return child.status();
  process_ = *std::move(child);
  return absl::OkStatus();
}

absl::Status Daemon::wait_until_ready() {
  const auto limit = std::chrono::steady_clock::now() + kReadyPatience;
  while (std::chrono::steady_clock::now() < limit) {
    if (plan_.is_ready(read_text(plan_.announcement), process_->pid())) {
      return absl::OkStatus();
    }
    const std::optional<int> end = process_->ended();
    // Clean so early: another of the same directory came first (a plugin may start one), and will
    // be ready.
    const bool is_in_other_hands = end && !crashed(*end) && restarts_ > 0;
    if (end && !is_in_other_hands) {
      return failure("ended before it was ready (" + describe_end(*end) + ")");
    }
    if (absl::Status wait = interrupts_.wait(); !wait.ok()) return wait;
  }
  return failure("was not ready in time");
}

absl::Status Daemon::start() {
  if (restarts_ == 0) unlink(plan_.announcement.c_str());  // of a run that was killed
  for (;;) {
    if (absl::Status launched = launch(); !launched.ok()) return launched;
    const absl::Status ready = wait_until_ready();
    if (ready.ok() || absl::IsCancelled(ready)) return ready;
    // Whatever ended by itself would do so again; what was killed may get further next time.
    const std::optional<int> end = process_->ended();
    if (!end || !WIFSIGNALED(*end) || restarts_ == kRestartsMax) return ready;
    ++restarts_;
  }
}

absl::Status Daemon::keep_up(bool even_after_clean_end) {
  if (!process_ || ended_cleanly_) return absl::OkStatus();
  const std::optional<int> end = process_->ended();
  if (!end) return absl::OkStatus();
  if (!crashed(*end) && !even_after_clean_end) {
    ended_cleanly_ = true;
    return absl::OkStatus();
  }
  if (restarts_ == kRestartsMax) return failure("ended too often");
  ++restarts_;
  return start();
}

void Daemon::stop() {
  if (process_) process_->stop(kStopPatience);
  process_.reset();
}

}  // namespace moadon::cli
