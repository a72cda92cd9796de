// The club's settings: one document.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "moadon/v1/settings.pb.h"
#include "server/storage/query.h"

namespace moadon::storage {

// Empty: never saved.
absl::StatusOr<std::optional<v1::ClubSettings>> find_settings(Connection& connection);
// In the place of those before.
absl::Status keep_settings(Connection& connection, const v1::ClubSettings& settings);

}  // namespace moadon::storage
