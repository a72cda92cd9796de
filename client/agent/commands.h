// What moadon-agent does besides serving: setting a directory up and looking into it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "client/agent/agent_directory.h"

namespace moadon::agent {

// Stores the server's token for a register, read from a file or, for "-", from standard input, and
// makes the register's local token. A running agent notices. Repeatable.
absl::Status add_register(const AgentDirectory& directory, const std::string& register_id,
                          const std::string& token_file);

// Prints what is not delivered to standard output: a line of words per entry, or a JSON object.
// NOT_FOUND: the directory has no journal, so that nobody takes a wrong one for an empty one.
absl::Status print_pending(const AgentDirectory& directory, bool as_json);

// For a register whose deliveries stopped with JOURNAL_FORKED, on the machine that is to go on: its
// journal gets another name, and what waits is delivered at the next start. ALREADY_EXISTS: the
// agent runs; stop it first. Else as Journal::rejoin.
absl::Status rejoin(const AgentDirectory& directory, const std::string& register_id);

}  // namespace moadon::agent
