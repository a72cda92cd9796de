#include "server/storage/return_store.h"

namespace moadon::storage {
namespace {

std::optional<std::string> optional_string(Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return std::string(row.text(column));
}

// Every list of a return's columns is in this order.
ReturnRow read_return(Statement& row) {
  ReturnRow returned;
  returned.member_id = row.int64(0);
  returned.return_id = row.int64(1);
  returned.register_id = std::string(row.text(2));
  returned.receipt = std::string(row.text(3));
  returned.branch_id = std::string(row.text(4));
  returned.original_register_id = optional_string(row, 5);
  returned.original_receipt = optional_string(row, 6);
  returned.sale_id = row.optional_int64(7);
  returned.business_day = row.int64(8);
  returned.effective_time_us = row.int64(9);
  returned.occurred_us = row.int64(10);
  returned.corrected_us = row.optional_int64(11);
  returned.received_us = row.int64(12);
  if (!row.is_null(14)) returned.applied = {row.int64(13), row.int64(14), row.int64(15)};
  returned.line_count = row.int64(16);
  returned.value_minor = row.int64(17);
  returned.refund_minor = row.int64(18);
  returned.units_milli = row.int64(19);
  returned.spend_minor = row.int64(20);
  returned.content = std::string(row.blob(21));
  returned.earned_back_milli = row.int64(22);
  returned.spent_back_milli = row.int64(23);
  return returned;
}

ReturnLineRow read_line(Statement& row) {
  ReturnLineRow line;
  line.line_id = std::string(row.text(0));
  line.original_line_id = std::string(row.text(1));
  line.sku = std::string(row.text(2));
  line.category = std::string(row.text(3));
  line.brand = std::string(row.text(4));
  line.quantity_milli = row.int64(5);
  line.unit_price_minor = row.int64(6);
  line.value_minor = row.int64(7);
  line.paid_back_minor = row.optional_int64(8);
  line.is_deposit = row.int64(9) != 0;
  line.taken_milli = row.int64(10);
  line.taken_refund_minor = row.int64(11);
  return line;
}

struct AppliedColumns {
  std::optional<int64_t> purchase_day;
  std::optional<int64_t> applied_day;
  std::optional<int64_t> applied_time_us;
};

AppliedColumns columns_of(const std::optional<Application>& applied) {
  if (!applied) return {};
  return {applied->purchase_day, applied->applied_day, applied->applied_time_us};
}

}  // namespace

constexpr Sql kInsertReturn{
    "INSERT INTO returns (member_id, return_id, register_id, receipt, branch_id,"
    " original_register_id, original_receipt, sale_id, business_day, effective_time_us,"
    " occurred_us, corrected_us, received_us, purchase_day, applied_day, applied_time_us,"
    " line_count, value_minor, refund_minor, units_milli, spend_minor, content)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,"
    " $20, $21, $22)"};

absl::Status insert_return(Connection& connection, const ReturnRow& row) {
  const AppliedColumns applied = columns_of(row.applied);
  return execute(connection, kInsertReturn, row.member_id, row.return_id, row.register_id,
                 row.receipt, row.branch_id, row.original_register_id, row.original_receipt,
                 row.sale_id, row.business_day, row.effective_time_us, row.occurred_us,
                 row.corrected_us, row.received_us, applied.purchase_day, applied.applied_day,
                 applied.applied_time_us, row.line_count, row.value_minor, row.refund_minor,
                 row.units_milli, row.spend_minor, Blob{row.content});
}

constexpr Sql kUpdateReturn{
    "UPDATE returns SET sale_id = $3, purchase_day = $4, applied_day = $5, applied_time_us = $6,"
    " refund_minor = $7, units_milli = $8, spend_minor = $9, earned_back_milli = $10,"
    " spent_back_milli = $11"
    " WHERE member_id = $1 AND return_id = $2"};

absl::Status update_return(Connection& connection, const ReturnRow& row) {
  const AppliedColumns applied = columns_of(row.applied);
  return execute(connection, kUpdateReturn, row.member_id, row.return_id, row.sale_id,
                 applied.purchase_day, applied.applied_day, applied.applied_time_us,
                 row.refund_minor, row.units_milli, row.spend_minor, row.earned_back_milli,
                 row.spent_back_milli);
}

constexpr Sql kInsertReturnLine{
    "INSERT INTO return_lines (member_id, return_id, line_no, line_id, original_line_id, sku,"
    " category, brand, quantity_milli, unit_price_minor, value_minor, paid_back_minor, is_deposit,"
    " taken_milli, taken_refund_minor)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};

absl::Status insert_return_line(Connection& connection, int64_t member_id, int64_t return_id,
                                int64_t line_no, const ReturnLineRow& line) {
  return execute(connection, kInsertReturnLine, member_id, return_id, line_no, line.line_id,
                 line.original_line_id, line.sku, line.category, line.brand, line.quantity_milli,
                 line.unit_price_minor, line.value_minor, line.paid_back_minor, line.is_deposit,
                 line.taken_milli, line.taken_refund_minor);
}

constexpr Sql kSetLineTaken{
    "UPDATE return_lines SET taken_milli = $4, taken_refund_minor = $5"
    " WHERE member_id = $1 AND return_id = $2 AND line_no = $3"};

absl::Status set_line_taken(Connection& connection, int64_t member_id, int64_t return_id,
                            int64_t line_no, int64_t taken_milli, int64_t taken_refund_minor) {
  return execute(connection, kSetLineTaken, member_id, return_id, line_no, taken_milli,
                 taken_refund_minor);
}

constexpr Sql kFindReturn{
    "SELECT member_id, return_id, register_id, receipt, branch_id, original_register_id,"
    " original_receipt, sale_id, business_day, effective_time_us, occurred_us, corrected_us,"
    " received_us, purchase_day, applied_day, applied_time_us, line_count, value_minor,"
    " refund_minor, units_milli, spend_minor, content, earned_back_milli, spent_back_milli"
    " FROM returns WHERE member_id = $1 AND return_id = $2"};

absl::StatusOr<std::optional<ReturnRow>> find_return(Connection& connection, int64_t member_id,
                                                     int64_t return_id) {
  return query_one(connection, kFindReturn, read_return, member_id, return_id);
}

constexpr Sql kListReturnLines{
    "SELECT line_id, original_line_id, sku, category, brand, quantity_milli, unit_price_minor,"
    " value_minor, paid_back_minor, is_deposit, taken_milli, taken_refund_minor"
    " FROM return_lines WHERE member_id = $1 AND return_id = $2 ORDER BY line_no"};

absl::StatusOr<std::vector<ReturnLineRow>> list_return_lines(Connection& connection,
                                                             int64_t member_id, int64_t return_id) {
  return query_all(connection, kListReturnLines, read_line, member_id, return_id);
}

// By ids from the index: asked directly, SQLite reads all returns of the member, and nobody has
// many.
constexpr Sql kListReturnsOfSale{
    "SELECT member_id, return_id, register_id, receipt, branch_id, original_register_id,"
    " original_receipt, sale_id, business_day, effective_time_us, occurred_us, corrected_us,"
    " received_us, purchase_day, applied_day, applied_time_us, line_count, value_minor,"
    " refund_minor, units_milli, spend_minor, content, earned_back_milli, spent_back_milli"
    " FROM returns WHERE member_id = $1 AND return_id IN"
    " (SELECT r.return_id FROM returns r WHERE r.member_id = $1 AND r.sale_id = $2)"
    " ORDER BY effective_time_us, register_id, receipt"};

absl::StatusOr<std::vector<ReturnRow>> list_returns_of_sale(Connection& connection,
                                                            int64_t member_id, int64_t sale_id) {
  return query_all(connection, kListReturnsOfSale, read_return, member_id, sale_id);
}

constexpr Sql kListReturnsOf{
    "SELECT member_id, return_id, register_id, receipt, branch_id, original_register_id,"
    " original_receipt, sale_id, business_day, effective_time_us, occurred_us, corrected_us,"
    " received_us, purchase_day, applied_day, applied_time_us, line_count, value_minor,"
    " refund_minor, units_milli, spend_minor, content, earned_back_milli, spent_back_milli"
    " FROM returns WHERE member_id = $1 AND return_id > $2 ORDER BY return_id LIMIT $3"};

absl::StatusOr<std::vector<ReturnRow>> list_returns_of(Connection& connection, int64_t member_id,
                                                       int64_t after_id, int limit) {
  return query_all(connection, kListReturnsOf, read_return, member_id, after_id, limit);
}

constexpr Sql kGiveReturn{
    "UPDATE returns SET member_id = $3 WHERE member_id = $2 AND return_id = $1"};
constexpr Sql kGiveReturnLines{
    "UPDATE return_lines SET member_id = $3 WHERE member_id = $2 AND return_id = $1"};

absl::Status give_return(Connection& connection, int64_t return_id, int64_t from_member_id,
                         int64_t to_member_id) {
  absl::Status given = execute(connection, kGiveReturn, return_id, from_member_id, to_member_id);
  if (given.ok()) {
    given = execute(connection, kGiveReturnLines, return_id, from_member_id, to_member_id);
  }
  return given;
}

constexpr Sql kInsertWaitingReturn{
    "INSERT INTO waiting_returns (original_register_id, original_receipt, return_id)"
    " VALUES ($1, $2, $3)"};

absl::Status insert_waiting_return(Connection& connection, absl::string_view original_register_id,
                                   absl::string_view original_receipt, int64_t return_id) {
  return execute(connection, kInsertWaitingReturn, original_register_id, original_receipt,
                 return_id);
}

constexpr Sql kListWaitingReturns{
    "SELECT return_id FROM waiting_returns"
    " WHERE original_register_id = $1 AND original_receipt = $2 ORDER BY return_id"};

absl::StatusOr<std::vector<int64_t>> list_waiting_returns(Connection& connection,
                                                          absl::string_view original_register_id,
                                                          absl::string_view original_receipt) {
  return query_all(
      connection, kListWaitingReturns, [](Statement& row) { return row.int64(0); },
      original_register_id, original_receipt);
}

constexpr Sql kListAllWaitingReturns{"SELECT return_id FROM waiting_returns ORDER BY return_id"};

absl::StatusOr<std::vector<int64_t>> list_all_waiting_returns(Connection& connection) {
  return query_all(connection, kListAllWaitingReturns, [](Statement& row) { return row.int64(0); });
}

constexpr Sql kDeleteWaitingReturns{
    "DELETE FROM waiting_returns WHERE original_register_id = $1 AND original_receipt = $2"};

absl::Status delete_waiting_returns(Connection& connection, absl::string_view original_register_id,
                                    absl::string_view original_receipt) {
  return execute(connection, kDeleteWaitingReturns, original_register_id, original_receipt);
}

}  // namespace moadon::storage
