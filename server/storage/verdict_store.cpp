#include "server/storage/verdict_store.h"

namespace moadon::storage {

constexpr Sql kInsertVerdict{
    "INSERT INTO sale_verdicts (member_id, sale_id, occasion_day, occasion_minute, verdict, facts,"
    " lot_number, earned_milli, spent_milli) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

absl::Status insert_verdict(Connection& connection, const VerdictRow& row) {
  return execute(connection, kInsertVerdict, row.member_id, row.sale_id, row.occasion_day,
                 row.occasion_minute, Blob{row.verdict}, Blob{row.facts}, row.lot_number,
                 row.earned_milli, row.spent_milli);
}

constexpr Sql kUpdateVerdict{
    "UPDATE sale_verdicts SET lot_number = $3, earned_milli = $4, spent_milli = $5"
    " WHERE member_id = $1 AND sale_id = $2"};

absl::Status update_verdict(Connection& connection, const VerdictRow& row) {
  return execute(connection, kUpdateVerdict, row.member_id, row.sale_id, row.lot_number,
                 row.earned_milli, row.spent_milli);
}

constexpr Sql kFindVerdict{
    "SELECT member_id, sale_id, occasion_day, occasion_minute, verdict, facts, lot_number,"
    " earned_milli, spent_milli FROM sale_verdicts WHERE member_id = $1 AND sale_id = $2"};

absl::StatusOr<std::optional<VerdictRow>> find_verdict(Connection& connection, int64_t member_id,
                                                       int64_t sale_id) {
  return query_one(
      connection, kFindVerdict,
      [](Statement& row) {
        return VerdictRow{row.int64(0),
                          row.int64(1),
                          row.int64(2),
                          row.int64(3),
                          std::string(row.blob(4)),
                          std::string(row.blob(5)),
                          row.int64(6),
                          row.int64(7),
                          row.int64(8)};
      },
      member_id, sale_id);
}

constexpr Sql kDeleteVerdict{"DELETE FROM sale_verdicts WHERE member_id = $1 AND sale_id = $2"};

absl::Status delete_verdict(Connection& connection, int64_t member_id, int64_t sale_id) {
  return execute(connection, kDeleteVerdict, member_id, sale_id);
}

constexpr Sql kListSalePoints{
    "SELECT lot_number, points_milli FROM sale_points WHERE member_id = $1 AND sale_id = $2"
    " ORDER BY lot_number"};

absl::StatusOr<std::vector<SalePointsRow>> list_sale_points(Connection& connection,
                                                            int64_t member_id, int64_t sale_id) {
  return query_all(
      connection, kListSalePoints,
      [](Statement& row) {
        return SalePointsRow{row.int64(0), row.int64(1)};
      },
      member_id, sale_id);
}

constexpr Sql kKeepSalePoints{
    "INSERT INTO sale_points (member_id, sale_id, lot_number, points_milli) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (member_id, sale_id, lot_number) DO UPDATE SET points_milli = $4"};
constexpr Sql kDropSalePoints{
    "DELETE FROM sale_points WHERE member_id = $1 AND sale_id = $2 AND lot_number = $3"};

absl::Status keep_sale_points(Connection& connection, int64_t member_id, int64_t sale_id,
                              const SalePointsRow& row) {
  if (row.points_milli == 0) {
    return execute(connection, kDropSalePoints, member_id, sale_id, row.lot_number);
  }
  return execute(connection, kKeepSalePoints, member_id, sale_id, row.lot_number, row.points_milli);
}

}  // namespace moadon::storage
