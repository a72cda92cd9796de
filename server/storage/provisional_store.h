// Which member a register enrolled under a provisional id, without the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/storage/query.h"

namespace moadon::storage {

// The name that a register gave somebody.
struct ProvisionalName {
  std::string register_id;
  std::string provisional_id;
};

// Nothing: the register's enrolment is not here.
absl::StatusOr<std::optional<int64_t>> find_provisional(Connection& connection,
                                                        const ProvisionalName& name);
// The name is new.
absl::Status insert_provisional(Connection& connection, const ProvisionalName& name,
                                int64_t member_id, int64_t record_us);

}  // namespace moadon::storage
