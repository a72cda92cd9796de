#include "server/storage/totals_store.h"

namespace moadon::storage {

constexpr Sql kSaleTotals{
    "SELECT COUNT(*), CAST(COALESCE(SUM(line_count), 0) AS BIGINT),"
    " CAST(COALESCE(SUM(value_minor), 0) AS BIGINT) FROM sales"};
constexpr Sql kReturnTotals{
    "SELECT COUNT(*), CAST(COALESCE(SUM(line_count), 0) AS BIGINT),"
    " CAST(COALESCE(SUM(value_minor), 0) AS BIGINT),"
    " CAST(COALESCE(SUM(CASE WHEN original_receipt IS NULL THEN value_minor ELSE 0 END), 0)"
    " AS BIGINT) FROM returns"};
constexpr Sql kMemberTotals{
    "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN sale_count > 0 THEN 1 ELSE 0 END), 0) AS BIGINT),"
    " CAST(COALESCE(SUM(purchase_days), 0) AS BIGINT),"
    " CAST(COALESCE(SUM(CASE WHEN net_spend_sum_minor > 0 THEN net_spend_sum_minor ELSE 0 END), 0)"
    " AS BIGINT) FROM members"};
constexpr Sql kOtherTotals{
    "SELECT (SELECT COUNT(*) FROM waiting_returns), (SELECT COUNT(*) FROM differences)"};

absl::StatusOr<v1::GetTotalsResponse> read_totals(Connection& connection) {
  v1::GetTotalsResponse totals;
  absl::Status read = query_one(connection, kSaleTotals, [&](Statement& row) {
                        totals.set_sales_count(row.int64(0));
                        totals.set_sale_lines_count(row.int64(1));
                        totals.set_gross_minor(row.int64(2));
                        return true;
                      }).status();
  read.Update(query_one(connection, kReturnTotals, [&](Statement& row) {
                totals.set_returns_count(row.int64(0));
                totals.set_return_lines_count(row.int64(1));
                totals.set_returned_minor(row.int64(2));
                totals.set_unlinked_returned_minor(row.int64(3));
                return true;
              }).status());
  read.Update(query_one(connection, kMemberTotals, [&](Statement& row) {
                totals.set_members_count(row.int64(0));
                totals.set_members_with_sale_count(row.int64(1));
                totals.set_purchase_days_count(row.int64(2));
                totals.set_members_net_spend_minor(row.int64(3));
                return true;
              }).status());
  read.Update(query_one(connection, kOtherTotals, [&](Statement& row) {
                totals.set_waiting_returns_count(row.int64(0));
                totals.set_differences_count(row.int64(1));
                return true;
              }).status());
  if (!read.ok()) return read;
  return totals;
}

}  // namespace moadon::storage
