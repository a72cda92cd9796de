// Recognises a register's disk that was copied or put back: its journal goes on where another one
// has been already.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "moadon/v1/sync_service.pb.h"
#include "sqlite/connection.h"

namespace moadon {

// JOURNAL_FORKED: what to do on the machine that is to go on.
absl::Status journal_forked(const std::string& register_id);

// Notes the chain values of a call's entries. JOURNAL_FORKED, nothing noted that the caller does
// not undo: another chain value came first in one of their places. The same again is fine, and so
// is a call that names no journal or an entry without chain value (a name or value of another size
// counts as none).
absl::Status note_chain(sqlite::Connection& connection, const std::string& register_id,
                        const v1::RecordRequest& request);

}  // namespace moadon
