// Rows of the journal that several of its files read. Only for client/agent/journal*.cpp.
#pragma once

#include "client/agent/journal.h"
#include "sqlite/connection.h"

namespace moadon::agent {

inline constexpr int32_t kJournalApplicationId = 0x4D6F6A31;  // "Moj1"

template <typename Message>
absl::Status parse_stored(Message& message, absl::string_view bytes) {
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  return absl::InternalError("the journal holds a message that cannot be read");
}

// Entries of a register that are not delivered, in journal order, after `sequence`.
absl::StatusOr<std::vector<v1::PendingEntry>> read_pending(sqlite::Connection& connection,
                                                           const std::string& register_id,
                                                           int64_t after_sequence, int limit);

}  // namespace moadon::agent
