#include "server/storage/value_store.h"

namespace moadon::storage {
namespace {

// Runs a bound statement to its end.
template <typename Take>
absl::Status for_each_row(Statement& statement, Take take) {
  while (true) {
    const absl::StatusOr<bool> row = statement.step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    take(statement);
  }
}

}  // namespace

constexpr Sql kListBuyers{
    "SELECT member_id FROM members WHERE member_id > $1 AND purchase_days > 0"
    " AND merged_into IS NULL ORDER BY member_id LIMIT $2"};

absl::StatusOr<std::vector<MemberRow>> list_buyers(Connection& connection, int64_t after_id,
                                                   int limit) {
  const auto ids = query_all(
      connection, kListBuyers, [](Statement& row) { return row.int64(0); }, after_id, limit);
  if (!ids.ok()) return ids.status();
  std::vector<MemberRow> rows;
  rows.reserve(ids->size());
  for (const int64_t member_id : *ids) {
    auto row = find_member(connection, member_id);
    if (!row.ok()) return row.status();
    if (*row) rows.push_back(**std::move(row));
  }
  return rows;
}

constexpr Sql kScanSpend{
    "SELECT spend_minor FROM member_days"
    " WHERE member_id > $1 AND member_id <= $2 AND day >= $3 AND day <= $4"};

absl::Status scan_spend(Connection& connection, int64_t after_id, int64_t until_id,
                        const DaySpan& days, absl::FunctionRef<void(int64_t)> take) {
  Statement statement = connection.statement(kScanSpend);
  statement.bind_all(after_id, until_id, days.first, days.last);
  return for_each_row(statement, [&](const Statement& row) { take(row.int64(0)); });
}

constexpr Sql kScanSpendOfNobody{
    "SELECT spend_minor FROM sales"
    " WHERE member_id = 0 AND business_day >= $1 AND business_day <= $2"
    " UNION ALL"
    " SELECT -spend_minor FROM returns"
    " WHERE member_id = 0 AND applied_day IS NOT NULL AND purchase_day >= $1"
    " AND purchase_day <= $2"};

absl::Status scan_spend_of_nobody(Connection& connection, const DaySpan& days,
                                  absl::FunctionRef<void(int64_t)> take) {
  Statement statement = connection.statement(kScanSpendOfNobody);
  statement.bind_all(days.first, days.last);
  return for_each_row(statement, [&](const Statement& row) { take(row.int64(0)); });
}

constexpr Sql kScanLiveLots{
    "SELECT usable_day, expire_day, left_milli, held_milli FROM points_lots"
    " WHERE left_milli + held_milli > 0 AND member_id > $1 AND member_id <= $2"};

absl::Status scan_live_lots(Connection& connection, int64_t after_id, int64_t until_id,
                            absl::FunctionRef<void(const LiveLot&)> take) {
  Statement statement = connection.statement(kScanLiveLots);
  statement.bind_all(after_id, until_id);
  return for_each_row(statement, [&](const Statement& row) {
    take({row.int64(0), row.optional_int64(1), row.int64(2), row.int64(3)});
  });
}

constexpr Sql kScanDeficits{
    "SELECT points_deficit_milli FROM members"
    " WHERE member_id > $1 AND member_id <= $2 AND points_deficit_milli > 0"};

absl::Status scan_deficits(Connection& connection, int64_t after_id, int64_t until_id,
                           absl::FunctionRef<void(int64_t)> take) {
  Statement statement = connection.statement(kScanDeficits);
  statement.bind_all(after_id, until_id);
  return for_each_row(statement, [&](const Statement& row) { take(row.int64(0)); });
}

}  // namespace moadon::storage
