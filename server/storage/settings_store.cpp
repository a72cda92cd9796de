#include "server/storage/settings_store.h"

namespace moadon::storage {

constexpr Sql kFindSettings{"SELECT document FROM settings WHERE settings_id = 1"};

absl::StatusOr<std::optional<v1::ClubSettings>> find_settings(Connection& connection) {
  return query_one(connection, kFindSettings, [](Statement& row) {
    v1::ClubSettings settings;
    const absl::string_view bytes = row.blob(0);
    settings.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    return settings;
  });
}

constexpr Sql kKeepSettings{
    "INSERT INTO settings (settings_id, revision, document) VALUES (1, $1, $2)"
    " ON CONFLICT (settings_id) DO UPDATE SET revision = excluded.revision,"
    " document = excluded.document"};

absl::Status keep_settings(Connection& connection, const v1::ClubSettings& settings) {
  return execute(connection, kKeepSettings, settings.revision(),
                 Blob{settings.SerializeAsString()});
}

}  // namespace moadon::storage
