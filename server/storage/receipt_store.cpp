#include "server/storage/receipt_store.h"

namespace moadon::storage {
namespace {

ReceiptRow read_receipt(Statement& row) {
  return {std::string(row.text(0)),
          std::string(row.text(1)),
          static_cast<DocumentKind>(row.int64(2)),
          row.int64(3),
          row.int64(4),
          std::string(row.blob(5))};
}

}  // namespace

constexpr Sql kFindReceipt{
    "SELECT register_id, receipt, kind, member_id, document_id, digest FROM receipts"
    " WHERE register_id = $1 AND receipt = $2"};

absl::StatusOr<std::optional<ReceiptRow>> find_receipt(Connection& connection,
                                                       absl::string_view register_id,
                                                       absl::string_view receipt) {
  return query_one(connection, kFindReceipt, read_receipt, register_id, receipt);
}

constexpr Sql kInsertReceipt{
    "INSERT INTO receipts (register_id, receipt, kind, member_id, document_id, digest)"
    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (register_id, receipt) DO NOTHING"};

absl::StatusOr<bool> insert_receipt(Connection& connection, const ReceiptRow& row) {
  const absl::Status inserted = execute(connection, kInsertReceipt, row.register_id, row.receipt,
                                        row.kind, row.member_id, row.document_id, Blob{row.digest});
  if (!inserted.ok()) return inserted;
  return connection.changes() > 0;
}

constexpr Sql kGiveReceipt{
    "UPDATE receipts SET member_id = $3 WHERE register_id = $1 AND receipt = $2"};

absl::Status give_receipt(Connection& connection, absl::string_view register_id,
                          absl::string_view receipt, int64_t member_id) {
  return execute(connection, kGiveReceipt, register_id, receipt, member_id);
}

constexpr Sql kListReceipts{
    "SELECT register_id, receipt, kind, member_id, document_id, digest FROM receipts"
    " WHERE (register_id, receipt) > ($1, $2)"
    " ORDER BY register_id, receipt LIMIT $3"};

absl::StatusOr<std::vector<ReceiptRow>> list_receipts(Connection& connection,
                                                      absl::string_view after_register_id,
                                                      absl::string_view after_receipt, int limit) {
  return query_all(connection, kListReceipts, read_receipt, after_register_id, after_receipt,
                   limit);
}

constexpr Sql kListDocumentsOf{
    "SELECT business_day, register_id, receipt, 1 AS kind, sale_id AS document_id FROM sales"
    " WHERE member_id = $1 AND (business_day, register_id, receipt) > ($2, $3, $4)"
    " UNION ALL"
    " SELECT business_day, register_id, receipt, 2 AS kind, return_id AS document_id FROM returns"
    " WHERE member_id = $1 AND (business_day, register_id, receipt) > ($2, $3, $4)"
    " ORDER BY 1, 2, 3 LIMIT $5"};

absl::StatusOr<std::vector<DocumentOfMember>> list_documents_of(Connection& connection,
                                                                int64_t member_id,
                                                                const DocumentPlace& after,
                                                                int limit) {
  return query_all(
      connection, kListDocumentsOf,
      [](Statement& row) {
        return DocumentOfMember{{row.int64(0), std::string(row.text(1)), std::string(row.text(2))},
                                static_cast<DocumentKind>(row.int64(3)),
                                row.int64(4)};
      },
      member_id, after.business_day, after.register_id, after.receipt, limit);
}

constexpr Sql kListDifferences{
    "SELECT document FROM differences WHERE register_id = $1 AND receipt = $2 ORDER BY position"};

absl::StatusOr<std::vector<v1::Difference>> list_differences(Connection& connection,
                                                             absl::string_view register_id,
                                                             absl::string_view receipt) {
  return query_all(
      connection, kListDifferences,
      [](Statement& row) {
        v1::Difference difference;
        const absl::string_view bytes = row.blob(0);
        difference.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        return difference;
      },
      register_id, receipt);
}

constexpr Sql kDeleteDifferences{"DELETE FROM differences WHERE register_id = $1 AND receipt = $2"};

absl::Status replace_differences(Connection& connection, absl::string_view register_id,
                                 absl::string_view receipt,
                                 const std::vector<v1::Difference>& differences) {
  const absl::Status deleted = execute(connection, kDeleteDifferences, register_id, receipt);
  if (!deleted.ok()) return deleted;
  return insert_differences(connection, register_id, receipt, differences);
}

constexpr Sql kInsertDifference{
    "INSERT INTO differences (register_id, receipt, position, document) VALUES ($1, $2, $3, $4)"};

absl::Status insert_differences(Connection& connection, absl::string_view register_id,
                                absl::string_view receipt,
                                const std::vector<v1::Difference>& differences) {
  int64_t position = 0;
  for (const v1::Difference& difference : differences) {
    const absl::Status inserted = execute(connection, kInsertDifference, register_id, receipt,
                                          ++position, Blob{difference.SerializeAsString()});
    if (!inserted.ok()) return inserted;
  }
  return absl::OkStatus();
}

}  // namespace moadon::storage
