#include "plugin/src/agent_start.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "plugin/src/deadline.h"

namespace moadon::pos {
namespace {

constexpr int kReportDescriptor = STDERR_FILENO + 1;  // in the child: where errno is reported
constexpr int kDescriptorsMax = 1 << 20;              // to close one by one on kernels before 5.9

// fork without the host's atfork handlers; the parent is told of the child's end by `exit_signal`,
// 0 for not at all. Only async-signal-safe functions may follow in the child.
pid_t bare_fork(int exit_signal) {
#if defined(__s390__) || defined(__CRIS__)
  return static_cast<pid_t>(::syscall(SYS_clone, nullptr, exit_signal, nullptr, nullptr, nullptr));
#else
  return static_cast<pid_t>(::syscall(SYS_clone, exit_signal, nullptr, nullptr, nullptr, nullptr));
#endif
}

void close_from(int first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0u, 0u) == 0) return;
#endif
  rlimit limit{};
  int end = kDescriptorsMax;
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < rlim_t{kDescriptorsMax}) {
    end = static_cast<int>(limit.rlim_cur);
  }
  for (int descriptor = first; descriptor < end; ++descriptor) ::close(descriptor);
}

void reset_signals() {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void report_and_exit(int report) {
  const int error = errno;
  const ssize_t written = ::write(report, &error, sizeof(error));
  ::_exit(written == sizeof(error) ? 127 : 126);
}

// In the last child. `report` is above the standard descriptors.
[[noreturn]] void become_agent(char* const* arguments, int report) {
  const int nothing = ::open("/dev/null", O_RDWR);
  if (nothing < 0) report_and_exit(report);
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; ++standard) {
    if (nothing != standard) ::dup2(nothing, standard);
  }
  if (report != kReportDescriptor) {
    if (::dup3(report, kReportDescriptor, O_CLOEXEC) < 0) report_and_exit(report);
    report = kReportDescriptor;
  }
  close_from(kReportDescriptor + 1);
  reset_signals();
  if (::chdir("/") != 0) report_and_exit(report);
  ::execve(arguments[0], arguments, environ);
  report_and_exit(report);
}

// In the first child, whose only work is to leave the second one without a parent.
[[noreturn]] void leave_agent_behind(char* const* arguments, int report) {
  ::setsid();
  const pid_t agent = bare_fork(SIGCHLD);
  if (agent == 0) become_agent(arguments, report);
  if (agent < 0) report_and_exit(report);
  ::_exit(0);
}

// The errno that the child reports, 0 if the pipe closed without one.
int read_report(int report) {
  const Deadline deadline(kExecWait_ms);
  while (!deadline.passed()) {
    pollfd entry{report, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(deadline.left_ms())) <= 0) continue;
    int error = 0;
    const ssize_t count = ::read(report, &error, sizeof(error));
    if (count < 0 && errno == EINTR) continue;
    return count == sizeof(error) ? error : 0;
  }
  return 0;
}

// A pipe whose ends are above the standard descriptors and end at exec.
int make_report_pipe(std::array<int, 2>& ends) {
  std::array<int, 2> raw{};
  if (::pipe2(raw.data(), O_CLOEXEC) != 0) return errno;
  ends[0] = ::fcntl(raw[0], F_DUPFD_CLOEXEC, kReportDescriptor);
  ends[1] = ::fcntl(raw[1], F_DUPFD_CLOEXEC, kReportDescriptor);
  const int error = ends[0] < 0 || ends[1] < 0 ? errno : 0;
  ::close(raw[0]);
  ::close(raw[1]);
  if (error != 0) {
    if (ends[0] >= 0) ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  return error;
}

}  // namespace

int start_agent(const Config& config) {
  std::vector<std::string> texts = {config.agent_program, "--dir", config.agent_dir};
  texts.insert(texts.end(), config.agent_arguments.begin(), config.agent_arguments.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);

  std::array<int, 2> report{};
  if (const int error = make_report_pipe(report); error != 0) return error;
  // No handler of the host may run in the child.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = bare_fork(/*exit_signal=*/0);
  const int fork_error = child < 0 ? errno : 0;
  if (child == 0) leave_agent_behind(arguments.data(), report[1]);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(report[1]);
  if (child > 0) {
    while (::waitpid(child, nullptr, __WALL) < 0 && errno == EINTR) {
    }
  }
  const int error = child < 0 ? fork_error : read_report(report[0]);
  ::close(report[0]);
  return error;
}

}  // namespace moadon::pos
