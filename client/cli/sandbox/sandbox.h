// moadon sandbox: a whole club in one directory, for a try, a demonstration or a test.
#pragma once

#include <string>
#include <vector>

#include "client/cli/session.h"

namespace moadon::cli {

struct SandboxOptions {
  std::string dir;
  std::string program_file;
  std::string time_zone;
  std::vector<std::string> replay_files;
  std::vector<std::string> command;  // what stood after "--"; empty: none
};

// As MembersCommands.
class SandboxCommand final {
 public:
  SandboxCommand(CLI::App& app, Action& chosen, std::vector<std::string> command);
  SandboxCommand(const SandboxCommand&) = delete;
  SandboxCommand& operator=(const SandboxCommand&) = delete;

 private:
  SandboxOptions options_;
};

}  // namespace moadon::cli
