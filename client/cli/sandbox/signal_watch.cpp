#include "client/cli/sandbox/signal_watch.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace moadon::cli {

SignalWatch::SignalWatch() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&watched, number);
  pthread_sigmask(SIG_BLOCK, &watched, &mask_before_);
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &pipe_before_);
  descriptor_ = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

SignalWatch::~SignalWatch() {
  close(descriptor_);
  sigaction(SIGPIPE, &pipe_before_, nullptr);
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

std::optional<SignalWatch::Event> SignalWatch::next(std::chrono::milliseconds wait) {
  pollfd entry{descriptor_, POLLIN, 0};
  if (poll(&entry, 1, static_cast<int>(wait.count())) <= 0) return std::nullopt;
  signalfd_siginfo info{};
  if (read(descriptor_, &info, sizeof(info)) != sizeof(info)) return std::nullopt;
  return Event{static_cast<int>(info.ssi_signo), info.ssi_code == SI_KERNEL};
}

}  // namespace moadon::cli
