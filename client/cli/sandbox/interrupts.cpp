#include "client/cli/sandbox/interrupts.h"

namespace moadon::cli {

absl::Status Interrupts::wait(Typed typed) {
  const auto event = watch_.next(kTick);
  if (event && event->number != SIGCHLD) {
    const bool is_the_commands = event->from_terminal && typed == Typed::kIsTheCommands;
    if (!is_the_commands) number_ = event->number;
  }
  return number_ == 0 ? absl::OkStatus() : absl::CancelledError("asked to stop");
}

absl::Status Interrupts::wait_for(std::chrono::milliseconds pause) {
  const auto limit = std::chrono::steady_clock::now() + pause;
  while (std::chrono::steady_clock::now() < limit) {
    if (absl::Status waited = wait(); !waited.ok()) return waited;
  }
  return absl::OkStatus();
}

}  // namespace moadon::cli
