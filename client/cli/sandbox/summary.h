// What a sandbox tells of itself: where everything listens, and what the club looks like now.
#pragma once

#include <ostream>

#include "client/cli/sandbox/house.h"
#include "client/cli/sandbox/running_club.h"
#include "client/cli/session.h"

namespace moadon::cli {

// Where everything listens.
void print_addresses(Session& session, const House& house, const RunningClub& club);

// Totals and stages. Refuses as the server does.
absl::Status print_club(Session& session);

// Both as one JSON object in one line: {"server": "127.0.0.1:1", "http": ..., "totals": {...},
// "stages": {...}}.
absl::Status print_summary_json(Session& session, const House& house, const RunningClub& club);

}  // namespace moadon::cli
