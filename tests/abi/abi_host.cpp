#include "tests/abi/abi_host.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace moadon::abi_test {
namespace {

constexpr unsigned kChildLife_s = 30;
constexpr int kReadyTries = 2000;

std::string first_line(const std::string& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

void pause_ms(int pause) { std::this_thread::sleep_for(std::chrono::milliseconds(pause)); }

// Whether `pid` runs our fake agent on this directory: pids are reused.
bool is_agent_of(pid_t pid, const std::string& directory) {
  const std::string line = first_line("/proc/" + std::to_string(pid) + "/cmdline");
  return line.find("fake_agent") != std::string::npos && line.find(directory) != std::string::npos;
}

}  // namespace

AgentDirectory::AgentDirectory() {
  std::string pattern = std::filesystem::temp_directory_path() / "moadon-abi-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
  std::filesystem::create_directory(path_ + "/registers");
  write_token("token-1");
}

AgentDirectory::~AgentDirectory() {
  kill_agent();
  std::ifstream starts(path_ + "/starts");
  for (pid_t pid; starts >> pid;) {
    for (int i = 0; is_agent_of(pid, path_) && i < kReadyTries; ++i) {
      ::kill(pid, SIGKILL);
      pause_ms(1);
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

nlohmann::json AgentDirectory::config() const {
  return {{"agent_dir", path_}, {"register_id", "R1"}};
}

nlohmann::json AgentDirectory::starting_config() const {
  auto result = config();
  result["start_agent"] = true;
  result["agent_program"] = MOADON_FAKE_AGENT;
  return result;
}

void AgentDirectory::write_token(const std::string& token) const {
  std::ofstream(path_ + "/registers/R1.local-token") << token << "\n";
}

int AgentDirectory::start_count() const {
  int count = 0;
  std::ifstream starts(path_ + "/starts");
  for (std::string line; std::getline(starts, line);) ++count;
  return count;
}

std::string AgentDirectory::port() const { return first_line(path_ + "/agent.port"); }

void AgentDirectory::start_agent() {
  std::filesystem::remove(path_ + "/agent.port");
  std::string program = MOADON_FAKE_AGENT;
  std::string flag = "--dir";
  std::string directory = path_;
  char* const arguments[] = {program.data(), flag.data(), directory.data(), nullptr};
  if (posix_spawn(&agent_, program.c_str(), nullptr, nullptr, arguments, environ) != 0) {
    throw std::runtime_error("cannot start " + program);
  }
  for (int i = 0; port().empty(); ++i) {
    if (i == kReadyTries) throw std::runtime_error("the fake agent is not ready");
    pause_ms(5);
  }
}

void AgentDirectory::kill_agent() {
  if (agent_ <= 0) return;
  ::kill(agent_, SIGKILL);
  ::waitpid(agent_, nullptr, 0);
  agent_ = -1;
}

Handle::Handle(const nlohmann::json& config) {
  const char* error = nullptr;
  if (moadon_pos_open(config.dump().c_str(), &handle_, &error) == MOADON_POS_OK) return;
  const std::string text = error;
  moadon_pos_release(error);
  throw std::runtime_error(text);
}

Result Handle::call(const std::string& method, const std::string& request,
                    std::int32_t timeout_ms) const {
  const char* text = nullptr;
  const auto status = moadon_pos_call(handle_, method.c_str(), request.c_str(), timeout_ms, &text);
  Result result{status, nlohmann::json::parse(text)};
  moadon_pos_release(text);
  return result;
}

void Handle::close() {
  moadon_pos_close(handle_);
  handle_ = nullptr;
}

int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kChildLife_s);
    int result = 99;
    try {
      result = body();
    } catch (...) {
    }
    ::_exit(result);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace moadon::abi_test

// A build with AddressSanitizer asks for this. Its signal stack of a thread that was cancelled
// would be given back where the thread's own stack is gone already.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options();
const char* __asan_default_options() { return "use_sigaltstack=0"; }
