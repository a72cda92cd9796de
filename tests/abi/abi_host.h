// What the ABI tests need of a host: a fake agent in a temporary directory, and a handle to it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "moadon_pos.h"

namespace moadon::abi_test {

inline constexpr std::int32_t kTimeout_ms = 20000;

// A directory as an agent keeps it, with a token for register R1; removed at the end. Whatever
// agents still run in it are ended.
class AgentDirectory final {
 public:
  AgentDirectory();
  ~AgentDirectory();
  AgentDirectory(const AgentDirectory&) = delete;
  AgentDirectory& operator=(const AgentDirectory&) = delete;

  const std::string& path() const { return path_; }
  nlohmann::json config() const;
  nlohmann::json starting_config() const;  // the plugin starts the fake agent
  void write_token(const std::string& token) const;
  int start_count() const;
  std::string port() const;
  // Starts a fake agent as a child and waits until it is ready.
  void start_agent();
  // kill -9 and wait.
  void kill_agent();

 private:
  std::string path_;
  pid_t agent_ = -1;
};

struct Result {
  std::int32_t status;
  nlohmann::json json;
  std::string reason() const { return json.value("reason", ""); }
};

class Handle final {
 public:
  explicit Handle(const nlohmann::json& config);
  ~Handle() { close(); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  moadon_pos* get() const { return handle_; }
  Result call(const std::string& method, const std::string& request = "{}",
              std::int32_t timeout_ms = kTimeout_ms) const;
  void close();

 private:
  moadon_pos* handle_ = nullptr;
};

// Runs `body` in a child made by fork and returns its exit status, -1 if a signal ended it; the
// child exits with `body`'s result and runs no destructors. Ended after 30 s.
int in_child(const std::function<int()>& body);

}  // namespace moadon::abi_test
