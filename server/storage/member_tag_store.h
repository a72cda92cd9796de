// The owner's marks on members.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

// In the order of their bytes. The member's row counts them.
absl::StatusOr<std::vector<std::string>> list_tags(Connection& connection, int64_t member_id);
absl::Status insert_tag(Connection& connection, int64_t member_id, absl::string_view tag);
absl::Status delete_tag(Connection& connection, int64_t member_id, absl::string_view tag);

}  // namespace moadon::storage
