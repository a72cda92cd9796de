// Processes that the sandbox starts, and that never outlive it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace moadon::cli {

// A descriptor that is closed with its owner.
class Descriptor final {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int number() const { return number_; }

 private:
  int number_;
};

// /dev/null to read; a file to append to (0600); a pipe that holds `text` (at most 4,096 bytes) and
// then ends.
absl::StatusOr<Descriptor> open_nothing();
absl::StatusOr<Descriptor> open_log(const std::string& path);
absl::StatusOr<Descriptor> open_text(const std::string& text);

// How to start one.
struct Launch {
  std::vector<std::string>
      arguments;  // the first is the program; without a slash it is looked for in PATH
  std::vector<std::pair<std::string, std::string>> environment;  // beside, or instead of, our own
  int input = 0;                                                 // descriptors, borrowed
  int output = 1;
  int errors = 2;
  bool own_group = false;  // Ctrl-C at the terminal does not reach it
  sigset_t mask;           // signals blocked in it
};

// One running child. When its owner goes it is killed; when our thread dies the kernel kills it.
// Start children on the main thread only (the kernel ties them to the thread). Not thread-safe.
class ChildProcess final {
 public:
  static absl::StatusOr<ChildProcess> start(const Launch& launch);

  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  pid_t pid() const { return pid_; }

  // The wait status, once it has ended.
  std::optional<int> ended();

  void send(int signal_number);

  // SIGTERM, up to `patience`, then SIGKILL. Returns whether it went by itself.
  bool stop(std::chrono::milliseconds patience);

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;
  std::optional<int> wait_status_;
};

// An exit status as shells count it: the code, or 128 + the signal's number.
int exit_code_of(int wait_status);

// "exit status 3" or "signal 9".
std::string describe_end(int wait_status);

}  // namespace moadon::cli
