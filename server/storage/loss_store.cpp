#include "server/storage/loss_store.h"

namespace moadon::storage {
namespace {

LossRow read_loss(Statement& row) {
  LossRow loss;
  loss.register_id = std::string(row.text(0));
  loss.receipt = std::string(row.text(1));
  loss.position = row.int64(2);
  loss.kind = static_cast<LossKind>(row.int64(3));
  loss.member_id = row.int64(4);
  loss.sale_id = row.int64(5);
  loss.business_day = row.int64(6);
  loss.points_milli = row.int64(7);
  loss.amount_minor = row.int64(8);
  loss.benefit_id = std::string(row.text(9));
  loss.grant_id = row.int64(10);
  loss.record_us = row.int64(11);
  return loss;
}

}  // namespace

constexpr Sql kLastLossPosition{
    "SELECT COALESCE(MAX(position), 0) FROM losses WHERE register_id = $1 AND receipt = $2"};
constexpr Sql kAddLoss{
    "INSERT INTO losses (register_id, receipt, position, kind, member_id, sale_id, business_day,"
    " points_milli, amount_minor, benefit_id, grant_id, record_us)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};

absl::Status add_loss(Connection& connection, const LossRow& loss) {
  const absl::StatusOr<int64_t> last =
      query_int64(connection, kLastLossPosition, loss.register_id, loss.receipt);
  if (!last.ok()) return last.status();
  return execute(connection, kAddLoss, loss.register_id, loss.receipt, *last + 1,
                 static_cast<int64_t>(loss.kind), loss.member_id, loss.sale_id, loss.business_day,
                 loss.points_milli, loss.amount_minor, loss.benefit_id, loss.grant_id,
                 loss.record_us);
}

constexpr Sql kListLossesOfSale{
    "SELECT register_id, receipt, position, kind, member_id, sale_id, business_day, points_milli,"
    " amount_minor, benefit_id, grant_id, record_us FROM losses"
    " WHERE member_id = $1 AND sale_id = $2 ORDER BY register_id, receipt, position"};

absl::StatusOr<std::vector<LossRow>> list_losses_of_sale(Connection& connection, int64_t member_id,
                                                         int64_t sale_id) {
  return query_all(connection, kListLossesOfSale, read_loss, member_id, sale_id);
}

constexpr Sql kListLossesOf{
    "SELECT register_id, receipt, position, kind, member_id, sale_id, business_day, points_milli,"
    " amount_minor, benefit_id, grant_id, record_us FROM losses"
    " WHERE member_id = $1 ORDER BY sale_id, register_id, receipt, position"};

absl::StatusOr<std::vector<LossRow>> list_losses_of(Connection& connection, int64_t member_id) {
  return query_all(connection, kListLossesOf, read_loss, member_id);
}

constexpr Sql kListLosses{
    "SELECT register_id, receipt, position, kind, member_id, sale_id, business_day, points_milli,"
    " amount_minor, benefit_id, grant_id, record_us FROM losses"
    " WHERE business_day >= $1 AND business_day <= $2"
    " AND (business_day, register_id, receipt, position) > ($3, $4, $5, $6)"
    " ORDER BY business_day, register_id, receipt, position LIMIT $7"};

absl::StatusOr<std::vector<LossRow>> list_losses(Connection& connection, const LossDays& days,
                                                 const LossPlace& after, int limit) {
  return query_all(connection, kListLosses, read_loss, days.from, days.until, after.business_day,
                   after.register_id, after.receipt, after.position, limit);
}

constexpr Sql kSumLosses{
    "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM losses"
    " WHERE business_day >= $1 AND business_day <= $2"};

absl::StatusOr<int64_t> sum_losses_minor(Connection& connection, const LossDays& days) {
  return query_int64(connection, kSumLosses, days.from, days.until);
}

}  // namespace moadon::storage
