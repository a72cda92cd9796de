#include "server/storage/member_tag_store.h"

namespace moadon::storage {

constexpr Sql kListTags{"SELECT tag FROM member_tags WHERE member_id = $1 ORDER BY tag"};

absl::StatusOr<std::vector<std::string>> list_tags(Connection& connection, int64_t member_id) {
  return query_all(
      connection, kListTags, [](Statement& row) { return std::string(row.text(0)); }, member_id);
}

constexpr Sql kInsertTag{
    "INSERT INTO member_tags (member_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING"};

absl::Status insert_tag(Connection& connection, int64_t member_id, absl::string_view tag) {
  return execute(connection, kInsertTag, member_id, tag);
}

constexpr Sql kDeleteTag{"DELETE FROM member_tags WHERE member_id = $1 AND tag = $2"};

absl::Status delete_tag(Connection& connection, int64_t member_id, absl::string_view tag) {
  return execute(connection, kDeleteTag, member_id, tag);
}

}  // namespace moadon::storage
