#include "server/stop_request.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "absl/memory/memory.h"

namespace moadon {

absl::StatusOr<std::unique_ptr<StopRequest>> StopRequest::create() {
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTERM);
  sigaddset(&stopping, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stopping, nullptr);
  // A peer that hangs up is an error of its socket, not the end of the process.
  signal(SIGPIPE, SIG_IGN);
  const int signals = signalfd(-1, &stopping, SFD_CLOEXEC);
  if (signals < 0) return absl::ErrnoToStatus(errno, "signalfd");
  const int failure = eventfd(0, EFD_CLOEXEC);
  if (failure < 0) {
    close(signals);
    return absl::ErrnoToStatus(errno, "eventfd");
  }
  return absl::WrapUnique(new StopRequest(signals, failure));
}

StopRequest::~StopRequest() {
  close(signals_);
  close(failure_);
}

void StopRequest::report_disk_failure() {
  const uint64_t once = 1;
  // Cannot fail before 2^64 reports.
  (void)!write(failure_, &once, sizeof once);
}

StopRequest::Cause StopRequest::wait() {
  pollfd waits[] = {{signals_, POLLIN, 0}, {failure_, POLLIN, 0}};
  while (poll(waits, std::size(waits), -1) < 0 && errno == EINTR) {
  }
  return (waits[1].revents & POLLIN) != 0 ? Cause::kDiskFailed : Cause::kSignal;
}

}  // namespace moadon
