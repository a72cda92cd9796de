#include "server/storage/kept_promises_store.h"

#include <utility>

namespace moadon::storage {
namespace {

// Reads all rows of `sql` for the member into `rows`.
template <typename Row>
absl::Status read_all(Connection& connection, Sql sql, Row (*read)(Statement&), int64_t member_id,
                      std::vector<Row>& rows) {
  auto found = query_all(connection, sql, read, member_id);
  if (found.ok()) rows = *std::move(found);
  return found.status();
}

std::string text(Statement& row, int column) { return std::string(row.text(column)); }

constexpr Sql kStanding{
    "SELECT points_deficit_milli, points_entry_number, next_points_day, tier_id, tier_since_day,"
    " next_tier_day, next_stage_day, next_due_day, right_count, use_count, tag_count, lock_count,"
    " (SELECT COUNT(*) FROM member_tags t WHERE t.member_id = m.member_id)"
    " FROM members m WHERE member_id = $1"};

KeptStanding read_standing(Statement& row) {
  return {row.int64(0),          row.int64(1),          row.optional_int64(2),
          text(row, 3),          row.optional_int64(4), row.optional_int64(5),
          row.optional_int64(6), row.optional_int64(7), row.int64(8),
          row.int64(9),          row.int64(10),         row.int64(11),
          row.int64(12)};
}

constexpr Sql kLots{
    "SELECT lot_number, source, usable_day, expire_day, granted_milli, left_milli, held_milli,"
    " spent_milli, expired_milli, reversed_milli, deficit_paid_milli"
    " FROM points_lots WHERE member_id = $1 ORDER BY lot_number"};

KeptLot read_lot(Statement& row) {
  return {row.int64(0), text(row, 1), row.int64(2), row.optional_int64(3),
          row.int64(4), row.int64(5), row.int64(6), row.int64(7),
          row.int64(8), row.int64(9), row.int64(10)};
}

constexpr Sql kEntries{
    "SELECT entry_number, entry_day, kind, points_milli, source, lot_number, record_us"
    " FROM points_entries WHERE member_id = $1 ORDER BY entry_number"};

KeptEntry read_entry(Statement& row) {
  return {row.int64(0), row.int64(1), static_cast<int>(row.int64(2)), row.int64(3), text(row, 4),
          row.int64(5), row.int64(6)};
}

constexpr Sql kRights{
    "SELECT grant_id, right_id, source, sale_id, position, granted_day, from_day, until_day,"
    " use_count, amount_minor, is_single_use, uses_left, amount_left_minor, uses_held,"
    " amount_held_minor, withdrawn_day FROM rights WHERE member_id = $1 ORDER BY grant_id"};

KeptRight read_right(Statement& row) {
  return {row.int64(0),  text(row, 1),  text(row, 2),       row.int64(3),
          row.int64(4),  row.int64(5),  row.int64(6),       row.optional_int64(7),
          row.int64(8),  row.int64(9),  row.int64(10) != 0, row.int64(11),
          row.int64(12), row.int64(13), row.int64(14),      row.optional_int64(15)};
}

constexpr Sql kRightUses{
    "SELECT sale_id, position, grant_id, use_count, amount_minor, is_standing"
    " FROM right_uses WHERE member_id = $1 ORDER BY sale_id, position"};

KeptRightUse read_right_use(Statement& row) {
  return {row.int64(0), row.int64(1), row.int64(2), row.int64(3), row.int64(4), row.int64(5) != 0};
}

constexpr Sql kBenefitUses{
    "SELECT benefit_id, day, sale_id, saved_minor, is_standing"
    " FROM benefit_uses WHERE member_id = $1 ORDER BY sale_id, benefit_id"};

constexpr Sql kNobodysUse{
    "SELECT benefit_id, day, sale_id, saved_minor, is_standing FROM benefit_uses"
    " WHERE member_id = 0 AND benefit_id = $1 AND day = $2 AND sale_id = $3"};

KeptBenefitUse read_benefit_use(Statement& row) {
  return {text(row, 0), row.int64(1), row.int64(2), row.int64(3), row.int64(4) != 0};
}

constexpr Sql kVerdicts{
    "SELECT sale_id, occasion_day, occasion_minute, verdict, facts, lot_number, earned_milli,"
    " spent_milli FROM sale_verdicts WHERE member_id = $1 ORDER BY sale_id"};
constexpr Sql kVerdict{
    "SELECT sale_id, occasion_day, occasion_minute, verdict, facts, lot_number, earned_milli,"
    " spent_milli FROM sale_verdicts WHERE member_id = $1 AND sale_id = $2"};

KeptVerdict read_verdict(Statement& row) {
  return {
      row.int64(0), row.int64(1), row.int64(2), std::string(row.blob(3)), std::string(row.blob(4)),
      row.int64(5), row.int64(6), row.int64(7)};
}

constexpr Sql kSaleParts{
    "SELECT sale_id, lot_number, points_milli FROM sale_points WHERE member_id = $1"
    " ORDER BY sale_id, lot_number"};
constexpr Sql kOpenHoldParts{
    "SELECT p.hold_id, p.lot_number, p.points_milli FROM hold_points p JOIN holds h"
    " ON h.member_id = p.member_id AND h.hold_id = p.hold_id"
    " WHERE p.member_id = $1 AND h.state = 1 ORDER BY p.hold_id, p.lot_number"};

KeptPart read_part(Statement& row) { return {row.int64(0), row.int64(1), row.int64(2)}; }

constexpr Sql kHolds{
    "SELECT hold_id, register_id, points_milli, place_us, state FROM holds WHERE member_id = $1"
    " ORDER BY hold_id"};

KeptHold read_hold(Statement& row) {
  const int64_t state = row.int64(4);
  return {row.int64(0), text(row, 1), row.int64(2), row.int64(3), state == 1, state == 4};
}

constexpr Sql kOpenHoldRights{
    "SELECT r.grant_id, r.use_count, r.amount_minor FROM hold_rights r JOIN holds h"
    " ON h.member_id = r.member_id AND h.hold_id = r.hold_id"
    " WHERE r.member_id = $1 AND h.state = 1 ORDER BY r.hold_id, r.grant_id"};

KeptHeldRight read_held_right(Statement& row) { return {row.int64(0), row.int64(1), row.int64(2)}; }

constexpr Sql kDecisions{
    "SELECT request_id, kind, decision_day, record_us FROM decisions WHERE member_id = $1"
    " ORDER BY request_id"};

KeptDecision read_decision(Statement& row) {
  return {text(row, 0), static_cast<int>(row.int64(1)), row.int64(2), row.int64(3)};
}

// Kind 7 is a hold: what it sets aside is still the member's.
constexpr Sql kPointsAsOfDay{
    "SELECT COALESCE(SUM(points_milli), 0) FROM points_entries"
    " WHERE member_id = $1 AND entry_day <= $2 AND kind <> 7"};

}  // namespace

absl::StatusOr<KeptPromises> read_kept_promises(Connection& connection, int64_t member_id) {
  KeptPromises kept;
  auto standing = query_one(connection, kStanding, read_standing, member_id);
  if (!standing.ok()) return standing.status();
  kept.standing = standing->value_or(KeptStanding());
  for (const absl::Status& read :
       {read_all(connection, kLots, read_lot, member_id, kept.lots),
        read_all(connection, kEntries, read_entry, member_id, kept.entries),
        read_all(connection, kRights, read_right, member_id, kept.rights),
        read_all(connection, kRightUses, read_right_use, member_id, kept.right_uses),
        read_all(connection, kBenefitUses, read_benefit_use, member_id, kept.benefit_uses),
        read_all(connection, kVerdicts, read_verdict, member_id, kept.verdicts),
        read_all(connection, kSaleParts, read_part, member_id, kept.sale_parts),
        read_all(connection, kHolds, read_hold, member_id, kept.holds),
        read_all(connection, kOpenHoldParts, read_part, member_id, kept.open_hold_parts),
        read_all(connection, kOpenHoldRights, read_held_right, member_id, kept.open_hold_rights),
        read_all(connection, kDecisions, read_decision, member_id, kept.decisions)}) {
    if (!read.ok()) return read;
  }
  auto losses = list_losses_of(connection, member_id);
  if (!losses.ok()) return losses.status();
  kept.losses = *std::move(losses);
  return kept;
}

absl::StatusOr<std::optional<KeptVerdict>> find_kept_verdict(Connection& connection,
                                                             int64_t member_id, int64_t sale_id) {
  return query_one(connection, kVerdict, read_verdict, member_id, sale_id);
}

absl::StatusOr<std::optional<KeptBenefitUse>> find_nobodys_use(Connection& connection,
                                                               absl::string_view benefit_id,
                                                               int64_t day, int64_t sale_id) {
  return query_one(connection, kNobodysUse, read_benefit_use, benefit_id, day, sale_id);
}

absl::StatusOr<int64_t> points_as_of_day(Connection& connection, int64_t member_id, int64_t day) {
  return query_int64(connection, kPointsAsOfDay, member_id, day);
}

constexpr Sql kWrongClubUses{
    "SELECT benefit_id, register_id, SUM(kept_count), SUM(kept_saved), SUM(uses), SUM(saved) FROM"
    " (SELECT benefit_id, register_id, use_count AS kept_count, saved_minor AS kept_saved,"
    " 0 AS uses, 0 AS saved FROM club_uses"
    " UNION ALL SELECT u.benefit_id, s.register_id, 0, 0, u.is_standing,"
    " CASE WHEN u.is_standing = 1 THEN u.saved_minor ELSE 0 END"
    " FROM benefit_uses u JOIN sales s ON s.member_id = u.member_id AND s.sale_id = u.sale_id) b"
    " GROUP BY benefit_id, register_id"
    " HAVING SUM(kept_count) <> SUM(uses) OR SUM(kept_saved) <> SUM(saved)"};

absl::StatusOr<std::vector<WrongClubUse>> list_wrong_club_uses(Connection& connection) {
  return query_all(connection, kWrongClubUses, [](Statement& row) {
    return WrongClubUse{std::string(row.text(0)),
                        std::string(row.text(1)),
                        row.int64(2),
                        row.int64(3),
                        row.int64(4),
                        row.int64(5)};
  });
}

}  // namespace moadon::storage
