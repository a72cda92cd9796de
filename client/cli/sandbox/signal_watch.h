// Signals as events, so that nothing of the sandbox runs inside a handler.
#pragma once

#include <signal.h>

#include <chrono>
#include <optional>

namespace moadon::cli {

// While it lives, SIGINT, SIGTERM, SIGHUP and SIGCHLD arrive here and nowhere else, and SIGPIPE is
// ignored. Make it on the main thread before any other thread: later threads inherit the mask. Used
// from that thread only.
class SignalWatch final {
 public:
  struct Event {
    int number = 0;
    bool from_terminal = false;  // typed by a person, so our foreground children got it too
  };

  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  // The next signal, waiting for it at most so long.
  std::optional<Event> next(std::chrono::milliseconds wait);

  // What children must run with.
  const sigset_t& mask_before() const { return mask_before_; }

 private:
  sigset_t mask_before_;
  struct sigaction pipe_before_;
  int descriptor_;
};

}  // namespace moadon::cli
