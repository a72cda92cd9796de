#include "server/storage/group_store.h"

namespace moadon::storage {
namespace {

v1::Group read_group(Statement& row) {
  v1::Group group;
  const absl::string_view bytes = row.blob(0);
  group.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  return group;
}

}  // namespace

constexpr Sql kFindGroup{"SELECT document FROM member_groups WHERE group_id = $1"};

absl::StatusOr<std::optional<v1::Group>> find_group(Connection& connection,
                                                    absl::string_view group_id) {
  return query_one(connection, kFindGroup, read_group, group_id);
}

constexpr Sql kListGroups{
    "SELECT document FROM member_groups WHERE group_id > $1 ORDER BY group_id LIMIT $2"};

absl::StatusOr<std::vector<v1::Group>> list_groups(Connection& connection,
                                                   absl::string_view after_id, int limit) {
  return query_all(connection, kListGroups, read_group, after_id, limit);
}

constexpr Sql kCountGroups{"SELECT COUNT(*) FROM member_groups"};

absl::StatusOr<int64_t> count_groups(Connection& connection) {
  return query_int64(connection, kCountGroups);
}

constexpr Sql kKeepGroup{
    "INSERT INTO member_groups (group_id, document) VALUES ($1, $2)"
    " ON CONFLICT (group_id) DO UPDATE SET document = excluded.document"};

absl::Status keep_group(Connection& connection, const v1::Group& group) {
  const std::string document = group.SerializeAsString();
  return execute(connection, kKeepGroup, group.group_id(), Blob{document});
}

constexpr Sql kDeleteGroup{"DELETE FROM member_groups WHERE group_id = $1"};

absl::Status delete_group(Connection& connection, absl::string_view group_id) {
  return execute(connection, kDeleteGroup, group_id);
}

}  // namespace moadon::storage
