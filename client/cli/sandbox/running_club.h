// The two programs of a sandbox while they run.
#pragma once

#include <string>

#include "client/cli/sandbox/daemon.h"
#include "client/cli/sandbox/house.h"

namespace moadon::cli {

// A server and an agent on free ports of 127.0.0.1. The ports stay the same when a program is
// started again. Stops the agent, then the server. Main thread only.
class RunningClub final {
 public:
  RunningClub(const Programs& programs, const House& house, Interrupts& interrupts);

  absl::Status start_server() { return server_.start(); }
  // Tells the agent where the server is, and starts it.
  absl::Status start_agent();

  // See Daemon::keep_up.
  absl::Status keep_up(bool even_after_clean_end);

  std::string server_address() const { return grpc_address_; }
  std::string http_url() const { return "http://" + http_address_; }
  std::string agent_http_url() const { return "http://127.0.0.1:" + std::to_string(agent_port_); }
  pid_t server_pid() const { return server_.pid(); }
  pid_t agent_pid() const { return agent_.pid(); }
  int server_restarts() const { return server_.restarts(); }
  int agent_restarts() const { return agent_.restarts(); }

 private:
  DaemonPlan server_plan();
  DaemonPlan agent_plan();
  absl::Status configure_agent();

  const Programs programs_;
  const House house_;
  Interrupts& interrupts_;
  std::string grpc_address_;  // host:port, empty before the first start
  std::string http_address_;
  int agent_port_ = 0;  // 0 before the first start
  Daemon server_;
  Daemon agent_;
};

}  // namespace moadon::cli
