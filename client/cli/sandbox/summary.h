// What a sandbox tells of itself: where everything listens, and what the club looks like now.
#pragma once

#include <ostream>

#include "client/cli/sandbox/house.h"
#include "client/cli/sandbox/running_club.h"
#include "client/cli/session.h"

namespace moadon::cli {

// Prints both; with --json as one object in one line: {"server": "127.0.0.1:1", "http": ...,
// "totals": {...}, "stages": {...}}. Refuses, before it prints anything, when the server does.
absl::Status print_summary(Session& session, const House& house, const RunningClub& club);

}  // namespace moadon::cli
