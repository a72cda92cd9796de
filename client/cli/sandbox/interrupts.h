// Being asked to stop, while waiting for something.
#pragma once

#include <chrono>

#include "absl/status/status.h"
#include "client/cli/sandbox/signal_watch.h"

namespace moadon::cli {

// How long one wait lasts before whoever waits looks again.
inline constexpr std::chrono::milliseconds kTick{20};

// Waits, and remembers the signal that asked the sandbox to stop. Used from the main thread only.
class Interrupts final {
 public:
  enum class Typed { kAsksToStop, kIsTheCommands };  // what Ctrl-C at the terminal means now

  // Waits until a signal comes, at most one tick. Cancelled once somebody asked to stop.
  absl::Status wait(Typed typed = Typed::kAsksToStop);

  // So many ticks as `pause` holds.
  absl::Status wait_for(std::chrono::milliseconds pause);

  // The signal that asked, 0 when nobody did.
  int number() const { return number_; }

  const sigset_t& mask_for_children() const { return watch_.mask_before(); }

 private:
  SignalWatch watch_;
  int number_ = 0;
};

}  // namespace moadon::cli
