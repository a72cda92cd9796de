#include "server/storage/unclaimed_name_store.h"

namespace moadon::storage {

constexpr Sql kInsertUnclaimedName{
    "INSERT INTO unclaimed_names (register_id, provisional_id, document_id, document_kind)"
    " VALUES ($1, $2, $3, $4)"};

absl::Status insert_unclaimed_name(Connection& connection, const ProvisionalName& name,
                                   const UnclaimedDocument& document) {
  return execute(connection, kInsertUnclaimedName, name.register_id, name.provisional_id,
                 document.document_id, document.kind);
}

constexpr Sql kListUnclaimedUnder{
    "SELECT document_id, document_kind FROM unclaimed_names"
    " WHERE register_id = $1 AND provisional_id = $2 ORDER BY document_id"};

absl::StatusOr<std::vector<UnclaimedDocument>> list_unclaimed_under(Connection& connection,
                                                                    const ProvisionalName& name) {
  return query_all(
      connection, kListUnclaimedUnder,
      [](Statement& row) {
        return UnclaimedDocument{row.int64(0), static_cast<DocumentKind>(row.int64(1))};
      },
      name.register_id, name.provisional_id);
}

constexpr Sql kListWronglyUnclaimedNames{
    "SELECT u.document_id FROM unclaimed_names u"
    " WHERE EXISTS (SELECT 1 FROM provisional_members p"
    " WHERE p.register_id = u.register_id AND p.provisional_id = u.provisional_id)"
    " OR (u.document_kind = 1 AND NOT EXISTS"
    " (SELECT 1 FROM sales s WHERE s.member_id = 0 AND s.sale_id = u.document_id))"
    " OR (u.document_kind = 2 AND NOT EXISTS"
    " (SELECT 1 FROM returns r WHERE r.member_id = 0 AND r.return_id = u.document_id))"
    " ORDER BY u.document_id"};

absl::StatusOr<std::vector<int64_t>> list_wrongly_unclaimed_names(Connection& connection) {
  return query_all(connection, kListWronglyUnclaimedNames,
                   [](Statement& row) { return row.int64(0); });
}

constexpr Sql kDeleteUnclaimedName{"DELETE FROM unclaimed_names WHERE document_id = $1"};

absl::Status delete_unclaimed_name(Connection& connection, int64_t document_id) {
  return execute(connection, kDeleteUnclaimedName, document_id);
}

}  // namespace moadon::storage
