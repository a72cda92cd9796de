// The files that the agent and the plugin share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace moadon::pos {

// The loopback port of the running agent, from agent_dir/agent.port. Nothing if there is no such
// file or no port in it. The file of an agent that was killed stays: the port may be nobody's, or
// another's.
std::optional<std::uint16_t> read_agent_port(const std::string& agent_dir);

// The register's local token, from agent_dir/registers/<register_id>.local-token. Nothing if it
// cannot be read or is not one line of visible ASCII.
std::optional<std::string> read_local_token(const std::string& agent_dir,
                                            const std::string& register_id);

// Appends "<UTC time> <line>" to the host's log file; does nothing if `path` is empty, and a log
// that cannot be written fails nothing. The file is not kept open.
void append_log(const std::string& path, std::string_view line);

}  // namespace moadon::pos
