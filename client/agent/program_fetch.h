// Brings program versions from the server to the shelf.
#pragma once

#include "absl/status/status.h"
#include "client/agent/journal.h"
#include "client/agent/program_shelf.h"
#include "moadon/v1/sync_service.pb.h"

namespace moadon::agent {

// How a request reaches the server; for whom it waits is the caller's to know.
using AskPrograms =
    absl::FunctionRef<absl::StatusOr<v1::FetchProgramsResponse>(const v1::FetchProgramsRequest&)>;

// Fetches the versions after the newest on the shelf, stores them, then puts them on the shelf.
// Running it twice at once does nothing worse than asking twice.
absl::Status fetch_programs(AskPrograms ask, Journal& journal, ProgramShelf& shelf);

}  // namespace moadon::agent
