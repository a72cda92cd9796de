// Groups: named questions, as the owner saved them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "moadon/v1/group_service.pb.h"
#include "server/storage/query.h"

namespace moadon::storage {

absl::StatusOr<std::optional<v1::Group>> find_group(Connection& connection,
                                                    absl::string_view group_id);
// By id, after the one named.
absl::StatusOr<std::vector<v1::Group>> list_groups(Connection& connection,
                                                   absl::string_view after_id, int limit);
absl::StatusOr<int64_t> count_groups(Connection& connection);
// In the place of the one with the same id.
absl::Status keep_group(Connection& connection, const v1::Group& group);
absl::Status delete_group(Connection& connection, absl::string_view group_id);

}  // namespace moadon::storage
