#include "server/storage/use_store.h"

namespace moadon::storage {

constexpr Sql kInsertBenefitUse{
    "INSERT INTO benefit_uses (member_id, benefit_id, day, sale_id, saved_minor, is_standing)"
    " VALUES ($1, $2, $3, $4, $5, $6)"};

absl::Status insert_benefit_use(Connection& connection, const BenefitUseRow& use) {
  return execute(connection, kInsertBenefitUse, use.member_id, use.benefit_id, use.day, use.sale_id,
                 use.saved_minor, use.is_standing ? 1 : 0);
}

constexpr Sql kSetUseStanding{
    "UPDATE benefit_uses SET is_standing = $5"
    " WHERE member_id = $1 AND benefit_id = $2 AND day = $3 AND sale_id = $4"};

absl::Status set_use_standing(Connection& connection, const BenefitUseRow& use) {
  return execute(connection, kSetUseStanding, use.member_id, use.benefit_id, use.day, use.sale_id,
                 use.is_standing ? 1 : 0);
}

constexpr Sql kGiveBenefitUse{
    "UPDATE benefit_uses SET member_id = $4"
    " WHERE member_id = 0 AND benefit_id = $1 AND day = $2 AND sale_id = $3"};

absl::Status give_benefit_use(Connection& connection, const BenefitUseRow& use,
                              int64_t to_member_id) {
  return execute(connection, kGiveBenefitUse, use.benefit_id, use.day, use.sale_id, to_member_id);
}

constexpr Sql kFindBenefitUse{
    "SELECT is_standing FROM benefit_uses"
    " WHERE member_id = $1 AND benefit_id = $2 AND day = $3 AND sale_id = $4"};

absl::StatusOr<std::optional<bool>> find_use_standing(Connection& connection,
                                                      const BenefitUseRow& use) {
  return query_one(
      connection, kFindBenefitUse, [](Statement& row) { return row.int64(0) != 0; }, use.member_id,
      use.benefit_id, use.day, use.sale_id);
}

constexpr Sql kListDaysOfUses{
    "SELECT benefit_id, day, COUNT(*) FROM benefit_uses"
    " WHERE member_id = $1 AND is_standing = 1 GROUP BY benefit_id, day"
    " ORDER BY benefit_id, day"};

absl::StatusOr<std::vector<DayOfUses>> list_days_of_uses(Connection& connection,
                                                         int64_t member_id) {
  return query_all(
      connection, kListDaysOfUses,
      [](Statement& row) {
        return DayOfUses{std::string(row.text(0)), row.int64(1), row.int64(2)};
      },
      member_id);
}

constexpr Sql kCountBenefitUses{
    "SELECT COUNT(*) FROM benefit_uses WHERE member_id = $1 AND benefit_id = $2"
    " AND day >= $3 AND day <= $4 AND is_standing = 1"};

absl::StatusOr<int64_t> count_benefit_uses(Connection& connection, int64_t member_id,
                                           absl::string_view benefit_id, int64_t from_day,
                                           int64_t until_day) {
  return query_int64(connection, kCountBenefitUses, member_id, benefit_id, from_day, until_day);
}

// Two steps: the row of an upsert must pass the table's checks by itself, and what is taken would
// not.
constexpr Sql kBeginClubUse{
    "INSERT INTO club_uses (benefit_id, register_id, use_count, saved_minor)"
    " VALUES ($1, $2, 0, 0) ON CONFLICT (benefit_id, register_id) DO NOTHING"};
constexpr Sql kAddClubUse{
    "UPDATE club_uses SET use_count = use_count + $3, saved_minor = saved_minor + $4"
    " WHERE benefit_id = $1 AND register_id = $2"};

// Apart from adding, because a row to be inserted must not be negative.
constexpr Sql kTakeClubUse{
    "UPDATE club_uses SET use_count = use_count + $3, saved_minor = saved_minor + $4"
    " WHERE benefit_id = $1 AND register_id = $2"};

absl::Status add_club_use(Connection& connection, const ClubUse& change) {
  if (change.use_count < 0) {
    return execute(connection, kTakeClubUse, change.benefit_id, change.register_id,
                   change.use_count, change.saved_minor);
  }
  const absl::Status begun =
      execute(connection, kBeginClubUse, change.benefit_id, change.register_id);
  if (!begun.ok()) return begun;
  return execute(connection, kAddClubUse, change.benefit_id, change.register_id, change.use_count,
                 change.saved_minor);
}

constexpr Sql kSumClubUses{
    "SELECT CAST(COALESCE(SUM(use_count), 0) AS BIGINT),"
    " CAST(COALESCE(SUM(saved_minor), 0) AS BIGINT) FROM club_uses WHERE benefit_id = $1"};
constexpr Sql kSumClubClaims{
    "SELECT CAST(COALESCE(SUM(use_count), 0) AS BIGINT),"
    " CAST(COALESCE(SUM(saved_minor), 0) AS BIGINT) FROM"
    " (SELECT use_count, saved_minor FROM club_uses WHERE benefit_id = $1"
    " UNION ALL"
    " SELECT use_count, amount_minor FROM budget_slices WHERE benefit_id = $1) claims"};

namespace {

absl::StatusOr<ClubUses> sum(Connection& connection, const Sql& sql, absl::string_view benefit_id) {
  const auto sums = query_one(
      connection, sql,
      [](Statement& row) {
        return ClubUses{row.int64(0), row.int64(1)};
      },
      benefit_id);
  if (!sums.ok()) return sums.status();
  return sums->value_or(ClubUses{});
}

}  // namespace

absl::StatusOr<ClubUses> sum_club_uses(Connection& connection, absl::string_view benefit_id) {
  return sum(connection, kSumClubUses, benefit_id);
}

absl::StatusOr<ClubUses> sum_club_claims(Connection& connection, absl::string_view benefit_id) {
  return sum(connection, kSumClubClaims, benefit_id);
}

}  // namespace moadon::storage
