// Remembers that the past changed, so that whoever asks for a past week again can be told.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "server/operations/writer_state.h"
#include "sqlite/connection.h"

namespace moadon {

// Something arrived that counts for a member from `fact_day` on. Written down when that day is over
// in the club's calendar; what arrives in time costs nothing. On the writer's thread.
absl::Status note_if_late(sqlite::Connection& connection, const WriterState& state,
                          int64_t fact_day);

}  // namespace moadon
