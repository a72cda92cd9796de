#include "client/cli/sandbox/command_run.h"

#include <unistd.h>

#include <cstdlib>

#include "client/cli/sandbox/club_setup.h"

namespace moadon::cli {
namespace {

std::vector<std::pair<std::string, std::string>> environment_of(const Workplace& place) {
  const char* const path = std::getenv("PATH");
  return {{"MOADON_SERVER", place.club.server_address()},
          {"MOADON_TOKEN_FILE", place.house.owner_token()},
          {"MOADON_TOKEN", ""},  // a token of the caller's own club would win otherwise
          {"MOADON_HTTP", place.club.http_url()},
          {"MOADON_AGENT_HTTP", place.club.agent_http_url()},
          {"MOADON_AGENT_DIR", place.house.agent_dir()},
          {"MOADON_REGISTER", kLiveRegisterId},
          {"MOADON_PLUGIN", place.programs.plugin},
          {"MOADON_SANDBOX_DIR", place.house.dir},
          {"MOADON_SANDBOX_SERVER_PID", std::to_string(place.club.server_pid())},
          {"MOADON_SANDBOX_AGENT_PID", std::to_string(place.club.agent_pid())},
          {"PATH", place.programs.bin_dir + (path == nullptr ? "" : std::string(":") + path)}};
}

}  // namespace

absl::StatusOr<int> run_command(const Workplace& place, const std::vector<std::string>& command) {
  absl::StatusOr<ChildProcess> child =
      ChildProcess::start({.arguments = command,
                           .environment = environment_of(place),
                           .input = STDIN_FILENO,
                           .output = STDOUT_FILENO,
                           .errors = STDERR_FILENO,
                           .own_group = false,
                           .mask = place.interrupts.mask_for_children()});
  if (!child.ok()) return child.status();
  for (;;) {
    if (const auto end = child->ended()) return exit_code_of(*end);
    absl::Status going = place.club.keep_up(/*even_after_clean_end=*/false);
    if (going.ok()) going = place.interrupts.wait(Interrupts::Typed::kIsTheCommands);
    if (!going.ok()) {
      child->stop(kCommandPatience);
      return going;
    }
  }
}

}  // namespace moadon::cli
