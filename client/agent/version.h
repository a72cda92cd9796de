// The version of this agent.
#pragma once

#include <string_view>

namespace moadon::agent {

// Set by the build from the project's version.
inline constexpr std::string_view kAgentVersion = MOADON_VERSION;

}  // namespace moadon::agent
