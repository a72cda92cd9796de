// What an open hold has set aside, and how it ends when no sale uses it.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/operations/writer_state.h"
#include "server/storage/hold_store.h"

namespace moadon {

// Holds have ids as members do; the same text is the source of their entries in the ledger.
std::string hold_id_text(int64_t hold_id);

// The hold that a sale of the register names, if it is open and the register's own.
absl::StatusOr<std::optional<storage::HoldRow>> find_named_hold(sqlite::Connection& connection,
                                                                const std::string& register_id,
                                                                const std::string& hold_id);

// Sets free what an open hold took of its member, and ends it. Points that came to their end
// meanwhile expire. On the writer's thread.
absl::Status end_unused_hold(sqlite::Connection& connection, WriterState& state,
                             const storage::HoldRow& hold, storage::HoldState ended);

}  // namespace moadon
