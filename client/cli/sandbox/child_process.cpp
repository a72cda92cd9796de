#include "client/cli/sandbox/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "absl/strings/str_cat.h"

namespace moadon::cli {
namespace {

constexpr std::size_t kPipeTextMax_bytes = 4096;  // a pipe always takes so much without a reader
constexpr std::chrono::milliseconds kStopPoll{10};
constexpr int kCannotRun = 127;

absl::Status system_error(absl::string_view what) { return absl::ErrnoToStatus(errno, what); }

// Our environment with the launch's entries put over it.
std::vector<std::string> environment_of(const Launch& launch) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    const bool replaced =
        std::any_of(launch.environment.begin(), launch.environment.end(),
                    [name](const auto& replacement) { return replacement.first == name; });
    if (!replaced) entries.emplace_back(text);
  }
  for (const auto& [name, value] : launch.environment) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What our own handlers would do is nothing for the child; what was ignored when we came stays
// ignored.
void drop_handlers() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction kept = {};
    if (sigaction(number, nullptr, &kept) != 0) continue;
    if (kept.sa_handler == SIG_IGN && number != SIGPIPE) continue;
    kept = {};
    kept.sa_handler = SIG_DFL;
    sigaction(number, &kept, nullptr);
  }
}

// Between fork and exec, with all signals blocked: async-signal-safe calls only.
[[noreturn]] void become(const Launch& launch, char* const* arguments, char** environment,
                         pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(kCannotRun);
  if (launch.own_group) setpgid(0, 0);
  if (dup2(launch.input, STDIN_FILENO) < 0) _exit(kCannotRun);
  // stderr may be wanted as stdout too: keep it before stdout is replaced.
  const int errors = dup(launch.errors);
  if (dup2(launch.output, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0) _exit(kCannotRun);
  if (errors > STDERR_FILENO) close(errors);
  drop_handlers();
  sigprocmask(SIG_SETMASK, &launch.mask, nullptr);
  environ = environment;
  execvp(arguments[0], arguments);
  constexpr char kText[] = "moadon: cannot run the program\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText, sizeof(kText) - 1);
  _exit(kCannotRun);
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

absl::StatusOr<Descriptor> open_nothing() {
  Descriptor file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return system_error("/dev/null");
  return file;
}

absl::StatusOr<Descriptor> open_log(const std::string& path) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (file.number() < 0) return system_error(path);
  return file;
}

absl::StatusOr<Descriptor> open_text(const std::string& text) {
  if (text.size() > kPipeTextMax_bytes) return absl::InternalError("text too long for a pipe");
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe");
  Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  if (write(writer.number(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return system_error("pipe");
  }
  return reader;
}

absl::StatusOr<ChildProcess> ChildProcess::start(const Launch& launch) {
  std::vector<std::string> argument_texts = launch.arguments;
  std::vector<std::string> environment_texts = environment_of(launch);
  const std::vector<char*> arguments = pointers_to(argument_texts);
  std::vector<char*> environment = pointers_to(environment_texts);
  const pid_t parent = getpid();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);  // none of our handlers may run in the child
  const pid_t child = fork();
  if (child == 0) become(launch, arguments.data(), environment.data(), parent);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  if (child < 0) return system_error("fork");
  return ChildProcess(child);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), wait_status_(other.wait_status_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(wait_status_, other.wait_status_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0 || ended()) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::optional<int> ChildProcess::ended() {
  int status = 0;
  if (!wait_status_ && waitpid(pid_, &status, WNOHANG) == pid_) wait_status_ = status;
  return wait_status_;
}

void ChildProcess::send(int signal_number) {
  if (!ended()) kill(pid_, signal_number);
}

bool ChildProcess::stop(std::chrono::milliseconds patience) {
  send(SIGTERM);
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < limit) {
    if (ended()) return true;
    std::this_thread::sleep_for(kStopPoll);
  }
  if (ended()) return true;
  kill(pid_, SIGKILL);
  int status = 0;
  if (waitpid(pid_, &status, 0) == pid_) wait_status_ = status;
  return false;
}

int exit_code_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

std::string describe_end(int wait_status) {
  if (WIFSIGNALED(wait_status)) return absl::StrCat("signal ", WTERMSIG(wait_status));
  return absl::StrCat("exit status ", WEXITSTATUS(wait_status));
}

}  // namespace moadon::cli
