#include "server/storage/fact_store.h"

namespace moadon::storage {
namespace {

// Every list of a fact's columns is in this order.
FactRow read_fact(Statement& row) {
  return {row.int64(0), row.int64(1), row.int64(2),     row.int64(3),
          row.int64(4), row.int64(5), row.int64(6) != 0};
}

}  // namespace

constexpr Sql kListFacts{
    "SELECT member_id, business_day, business_day, effective_time_us, units_milli, spend_minor, 0"
    " FROM sales WHERE member_id = $1"
    " UNION ALL"
    " SELECT member_id, purchase_day, applied_day, applied_time_us, -units_milli, -spend_minor, 1"
    " FROM returns WHERE member_id = $1 AND applied_day IS NOT NULL"};

absl::StatusOr<std::vector<FactRow>> list_facts(Connection& connection, int64_t member_id) {
  return query_all(connection, kListFacts, read_fact, member_id);
}

constexpr Sql kScanSales{
    "SELECT member_id, business_day, business_day, effective_time_us, units_milli, spend_minor, 0"
    " FROM sales WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id"};
constexpr Sql kScanReturns{
    "SELECT member_id, purchase_day, applied_day, applied_time_us, -units_milli, -spend_minor, 1"
    " FROM returns WHERE member_id > $1 AND member_id <= $2 AND applied_day IS NOT NULL"
    " ORDER BY member_id"};

FactReader::FactReader(Connection& connection, int64_t after_id, int64_t until_id)
    : sales_{connection.statement(kScanSales), std::nullopt},
      returns_{connection.statement(kScanReturns), std::nullopt} {
  sales_.statement.bind_all(after_id, until_id);
  returns_.statement.bind_all(after_id, until_id);
}

absl::Status FactReader::read_until(int64_t member_id, std::vector<FactRow>& facts) {
  absl::Status taken = take(sales_, member_id, facts);
  if (taken.ok()) taken = take(returns_, member_id, facts);
  return taken;
}

absl::Status FactReader::advance(Scan& scan) {
  const absl::StatusOr<bool> row = scan.statement.step();
  if (!row.ok()) return row.status();
  scan.ended = !*row;
  scan.next.reset();
  if (*row) scan.next = read_fact(scan.statement);
  return absl::OkStatus();
}

absl::Status FactReader::take(Scan& scan, int64_t member_id, std::vector<FactRow>& facts) {
  while (!scan.ended) {
    if (!scan.next || scan.next->member_id < member_id) {
      const absl::Status advanced = advance(scan);
      if (!advanced.ok()) return advanced;
    } else if (scan.next->member_id == member_id) {
      facts.push_back(*scan.next);
      scan.next.reset();
    } else {
      break;
    }
  }
  return absl::OkStatus();
}

}  // namespace moadon::storage
