#include "client/cli/sandbox/running_club.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "client/cli/sandbox/tool_run.h"

namespace moadon::cli {
namespace {

using Json = nlohmann::json;

constexpr const char* kFreePort = "127.0.0.1:0";

// Whether somebody listens on the port of 127.0.0.1. The agent's file stays behind when it is
// killed.
bool answers_on(int port) {
  const Descriptor line(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return connect(line.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

}  // namespace

RunningClub::RunningClub(const Programs& programs, const House& house, Interrupts& interrupts)
    : programs_(programs),
      house_(house),
      interrupts_(interrupts),
      server_(server_plan(), interrupts),
      agent_(agent_plan(), interrupts) {}

DaemonPlan RunningClub::server_plan() {
  return {.name = "moadond",
          .announcement = house_.server_announcement(),
          .log = house_.log_dir() + "/moadond.log",
          .arguments =
              [this] {
                return std::vector<std::string>{programs_.server,
                                                "--data",
                                                house_.server_dir(),
                                                "--listen",
                                                grpc_address_.empty() ? kFreePort : grpc_address_,
                                                "--http",
                                                http_address_.empty() ? kFreePort : http_address_};
              },
          .is_ready =
              [this](const std::string& text, pid_t pid) {
                const Json ready = Json::parse(text, nullptr, /*allow_exceptions=*/false);
                if (!ready.is_object() || ready.value("pid", 0) != pid) return false;
                grpc_address_ = ready.value("grpc", "");
                http_address_ = ready.value("http", "");
                return true;
              }};
}

DaemonPlan RunningClub::agent_plan() {
  return {.name = "moadon-agent",
          .announcement = house_.agent_announcement(),
          .log = house_.log_dir() + "/moadon-agent.log",
          .arguments =
              [this] {
                return std::vector<std::string>{programs_.agent, "--dir", house_.agent_dir()};
              },
          .is_ready =
              [this](const std::string& text, pid_t) {
                return absl::SimpleAtoi(text, &agent_port_) && answers_on(agent_port_);
              }};
}

absl::Status RunningClub::configure_agent() {
  return run_tool(interrupts_,
                  {programs_.agent, "configure", "--dir", house_.agent_dir(), "--server",
                   grpc_address_, "--http-port", std::to_string(agent_port_)});
}

absl::Status RunningClub::start_agent() {
  if (absl::Status configured = configure_agent(); !configured.ok()) return configured;
  if (absl::Status started = agent_.start(); !started.ok()) return started;
  return configure_agent();  // with the port that it got, should it start again
}

absl::Status RunningClub::keep_up(bool even_after_clean_end) {
  if (absl::Status server = server_.keep_up(even_after_clean_end); !server.ok()) return server;
  return agent_.keep_up(even_after_clean_end);
}

}  // namespace moadon::cli
