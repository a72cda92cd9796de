#include "server/storage/sale_store.h"

#include "server/storage/member_branch_store.h"
#include "server/storage/member_store.h"

namespace moadon::storage {
namespace {

// Every list of a sale's columns is in this order.
SaleRow read_sale(Statement& row) {
  SaleRow sale;
  sale.member_id = row.int64(0);
  sale.sale_id = row.int64(1);
  sale.register_id = std::string(row.text(2));
  sale.receipt = std::string(row.text(3));
  sale.branch_id = std::string(row.text(4));
  sale.business_day = row.int64(5);
  sale.effective_time_us = row.int64(6);
  sale.occurred_us = row.int64(7);
  sale.corrected_us = row.optional_int64(8);
  sale.received_us = row.int64(9);
  sale.program_version = row.int64(10);
  sale.facts_snapshot = row.int64(11);
  sale.line_count = row.int64(12);
  sale.value_minor = row.int64(13);
  sale.paid_net_minor = row.int64(14);
  sale.units_milli = row.int64(15);
  sale.spend_minor = row.int64(16);
  sale.content = std::string(row.blob(17));
  return sale;
}

SaleLineRow read_line(Statement& row) {
  SaleLineRow line;
  line.line_id = std::string(row.text(0));
  line.sku = std::string(row.text(1));
  line.category = std::string(row.text(2));
  line.brand = std::string(row.text(3));
  line.quantity_milli = row.int64(4);
  line.unit_price_minor = row.int64(5);
  line.value_minor = row.int64(6);
  line.paid_net_minor = row.int64(7);
  line.is_deposit = row.int64(8) != 0;
  line.returned_milli = row.int64(9);
  line.refunded_minor = row.int64(10);
  return line;
}

absl::Status keep_where_bought(Connection& connection, const SaleRow& sale) {
  if (sale.member_id == kNobody) return absl::OkStatus();
  return keep_member_branch(connection, sale.member_id, {sale.branch_id, sale.business_day});
}

}  // namespace

constexpr Sql kInsertSale{
    "INSERT INTO sales (member_id, sale_id, register_id, receipt, branch_id, business_day,"
    " effective_time_us, occurred_us, corrected_us, received_us, program_version, facts_snapshot,"
    " line_count, value_minor, paid_net_minor, units_milli, spend_minor, content)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"};

absl::Status insert_sale(Connection& connection, const SaleRow& row) {
  const absl::Status inserted = execute(
      connection, kInsertSale, row.member_id, row.sale_id, row.register_id, row.receipt,
      row.branch_id, row.business_day, row.effective_time_us, row.occurred_us, row.corrected_us,
      row.received_us, row.program_version, row.facts_snapshot, row.line_count, row.value_minor,
      row.paid_net_minor, row.units_milli, row.spend_minor, Blob{row.content});
  return inserted.ok() ? keep_where_bought(connection, row) : inserted;
}

constexpr Sql kInsertSaleLine{
    "INSERT INTO sale_lines (member_id, sale_id, line_no, line_id, sku, category, brand,"
    " quantity_milli, unit_price_minor, value_minor, paid_net_minor, is_deposit, returned_milli,"
    " refunded_minor, business_day)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};

absl::Status insert_sale_line(Connection& connection, const SaleRow& sale, int64_t line_no,
                              const SaleLineRow& line) {
  return execute(connection, kInsertSaleLine, sale.member_id, sale.sale_id, line_no, line.line_id,
                 line.sku, line.category, line.brand, line.quantity_milli, line.unit_price_minor,
                 line.value_minor, line.paid_net_minor, line.is_deposit, line.returned_milli,
                 line.refunded_minor, sale.business_day);
}

constexpr Sql kFindSale{
    "SELECT member_id, sale_id, register_id, receipt, branch_id, business_day, effective_time_us,"
    " occurred_us, corrected_us, received_us, program_version, facts_snapshot, line_count,"
    " value_minor, paid_net_minor, units_milli, spend_minor, content"
    " FROM sales WHERE member_id = $1 AND sale_id = $2"};

absl::StatusOr<std::optional<SaleRow>> find_sale(Connection& connection, int64_t member_id,
                                                 int64_t sale_id) {
  return query_one(connection, kFindSale, read_sale, member_id, sale_id);
}

constexpr Sql kListSaleLines{
    "SELECT line_id, sku, category, brand, quantity_milli, unit_price_minor, value_minor,"
    " paid_net_minor, is_deposit, returned_milli, refunded_minor"
    " FROM sale_lines WHERE member_id = $1 AND sale_id = $2 ORDER BY line_no"};

absl::StatusOr<std::vector<SaleLineRow>> list_sale_lines(Connection& connection, int64_t member_id,
                                                         int64_t sale_id) {
  return query_all(connection, kListSaleLines, read_line, member_id, sale_id);
}

constexpr Sql kSetLineReturned{
    "UPDATE sale_lines SET returned_milli = $4, refunded_minor = $5"
    " WHERE member_id = $1 AND sale_id = $2 AND line_no = $3"};

absl::Status set_line_returned(Connection& connection, int64_t member_id, int64_t sale_id,
                               int64_t line_no, int64_t returned_milli, int64_t refunded_minor) {
  return execute(connection, kSetLineReturned, member_id, sale_id, line_no, returned_milli,
                 refunded_minor);
}

constexpr Sql kListSalesOf{
    "SELECT member_id, sale_id, register_id, receipt, branch_id, business_day, effective_time_us,"
    " occurred_us, corrected_us, received_us, program_version, facts_snapshot, line_count,"
    " value_minor, paid_net_minor, units_milli, spend_minor, content"
    " FROM sales WHERE member_id = $1 AND sale_id > $2 ORDER BY sale_id LIMIT $3"};

absl::StatusOr<std::vector<SaleRow>> list_sales_of(Connection& connection, int64_t member_id,
                                                   int64_t after_id, int limit) {
  return query_all(connection, kListSalesOf, read_sale, member_id, after_id, limit);
}

constexpr Sql kGiveSale{"UPDATE sales SET member_id = $2 WHERE member_id = 0 AND sale_id = $1"};
constexpr Sql kGiveSaleLines{
    "UPDATE sale_lines SET member_id = $2 WHERE member_id = 0 AND sale_id = $1"};

absl::Status give_sale(Connection& connection, const SaleRow& sale) {
  absl::Status given = execute(connection, kGiveSale, sale.sale_id, sale.member_id);
  if (given.ok()) given = execute(connection, kGiveSaleLines, sale.sale_id, sale.member_id);
  if (given.ok()) given = keep_where_bought(connection, sale);
  return given;
}

}  // namespace moadon::storage
