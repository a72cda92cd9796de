// Starts the agent as a process that owes the host nothing.
#pragma once

#include "plugin/src/config.h"

namespace moadon::pos {

// How long to wait for word that the program could be executed; no word counts as yes.
inline constexpr int kExecWait_ms = 1000;

// Runs `agent_program --dir agent_dir agent_arguments...` in a session of its own, with none of the
// host's descriptors (standard ones on /dev/null), no signal blocked or ignored, in the directory
// "/". The host gets no child to wait for and no SIGCHLD, and its fork handlers do not run. Returns
// 0 once the program runs (not: once it is ready), else the errno that says why not. Any thread may
// call it.
int start_agent(const Config& config);

}  // namespace moadon::pos
