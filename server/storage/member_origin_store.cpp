#include "server/storage/member_origin_store.h"

namespace moadon::storage {

constexpr Sql kFindOrigin{
    "SELECT branch_us, branch_id, source_us, source_kind, source_name FROM member_origins"
    " WHERE member_id = $1"};

absl::StatusOr<std::optional<OriginRow>> find_origin(Connection& connection, int64_t member_id) {
  return query_one(
      connection, kFindOrigin,
      [](Statement& row) {
        OriginRow origin{row.int64(0),
                         std::string(row.text(1)),
                         std::nullopt,
                         {static_cast<int>(row.int64(3)), std::string(row.text(4))}};
        if (!row.is_null(2)) origin.source_us = row.int64(2);
        return origin;
      },
      member_id);
}

constexpr Sql kKeepOrigin{
    "INSERT INTO member_origins (member_id, branch_us, branch_id, source_us, source_kind,"
    " source_name) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (member_id) DO UPDATE"
    " SET branch_us = $2, branch_id = $3, source_us = $4, source_kind = $5, source_name = $6"};

absl::Status keep_origin(Connection& connection, int64_t member_id, const OriginRow& row) {
  return execute(connection, kKeepOrigin, member_id, row.branch_us, row.branch_id, row.source_us,
                 row.source.kind, row.source.name);
}

}  // namespace moadon::storage
