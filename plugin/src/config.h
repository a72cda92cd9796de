// The configuration of moadon_pos_open.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plugin/src/refusal.h"

namespace moadon::pos {

inline constexpr std::size_t kRegisterIdMaxBytes = 32;
inline constexpr std::size_t kAgentArgumentsMax = 64;

// Checked: paths are absolute, register_id is safe as a file name, agent_program is set if
// start_agent is.
struct Config {
  std::string agent_dir;
  std::string register_id;
  bool start_agent = false;
  std::string agent_program;
  std::vector<std::string> agent_arguments;
  std::string log_file;
};

// Fields are checked in the order of Config, unknown ones first.
std::variant<Config, Refusal> parse_config(std::string_view config_json);

}  // namespace moadon::pos
