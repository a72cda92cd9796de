#include "server/storage/tier_store.h"

namespace moadon::storage {
namespace {

TierMoveRow read_move(const Statement& row) {
  return {row.int64(0),
          std::string(row.text(1)),
          std::string(row.text(2)),
          static_cast<int>(row.int64(3)),
          row.int64(4),
          row.int64(5),
          row.int64(6)};
}

TierLockRow read_lock(const Statement& row) {
  return {std::string(row.text(0)), std::string(row.text(1)), row.int64(2), row.int64(3),
          std::string(row.text(4)), std::string(row.text(5))};
}

TierGiftRow read_gift(const Statement& row) {
  return {std::string(row.text(0)), row.int64(1), row.int64(2), row.int64(3), row.int64(4),
          row.optional_int64(5)};
}

}  // namespace

constexpr Sql kListTierMoves{
    "SELECT move_day, from_tier_id, to_tier_id, reason, window_spend_minor, window_purchase_days,"
    " program_version FROM tier_moves WHERE member_id = $1 ORDER BY position"};

absl::StatusOr<std::vector<TierMoveRow>> list_tier_moves(Connection& connection,
                                                         int64_t member_id) {
  return query_all(connection, kListTierMoves, read_move, member_id);
}

constexpr Sql kInsertTierMove{
    "INSERT INTO tier_moves (member_id, position, move_day, from_tier_id, to_tier_id, reason,"
    " window_spend_minor, window_purchase_days, program_version)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

absl::Status insert_tier_move(Connection& connection, int64_t member_id, int64_t position,
                              const TierMoveRow& move) {
  return execute(connection, kInsertTierMove, member_id, position, move.move_day, move.from_tier_id,
                 move.to_tier_id, move.reason, move.window_spend_minor, move.window_purchase_days,
                 move.program_version);
}

constexpr Sql kDeleteTierMovesFrom{
    "DELETE FROM tier_moves WHERE member_id = $1 AND position >= $2"};

absl::Status delete_tier_moves_from(Connection& connection, int64_t member_id, int64_t position) {
  return execute(connection, kDeleteTierMovesFrom, member_id, position);
}

constexpr Sql kListTierLocks{
    "SELECT request_id, tier_id, from_day, until_day, note, actor FROM tier_locks"
    " WHERE member_id = $1 ORDER BY position"};

absl::StatusOr<std::vector<TierLockRow>> list_tier_locks(Connection& connection,
                                                         int64_t member_id) {
  return query_all(connection, kListTierLocks, read_lock, member_id);
}

constexpr Sql kInsertTierLock{
    "INSERT INTO tier_locks (member_id, position, request_id, tier_id, from_day, until_day, note,"
    " actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};

absl::Status insert_tier_lock(Connection& connection, int64_t member_id, int64_t position,
                              const TierLockRow& lock) {
  return execute(connection, kInsertTierLock, member_id, position, lock.request_id, lock.tier_id,
                 lock.from_day, lock.until_day, lock.note, lock.actor);
}

constexpr Sql kListTierGifts{
    "SELECT tier_id, given_day, grant_id, lot_number, points_milli, withdrawn_day FROM tier_gifts"
    " WHERE member_id = $1 ORDER BY tier_id"};

absl::StatusOr<std::vector<TierGiftRow>> list_tier_gifts(Connection& connection,
                                                         int64_t member_id) {
  return query_all(connection, kListTierGifts, read_gift, member_id);
}

constexpr Sql kInsertTierGift{
    "INSERT INTO tier_gifts (member_id, tier_id, given_day, grant_id, lot_number, points_milli,"
    " withdrawn_day) VALUES ($1, $2, $3, $4, $5, $6, $7)"};

absl::Status insert_tier_gift(Connection& connection, int64_t member_id, const TierGiftRow& gift) {
  return execute(connection, kInsertTierGift, member_id, gift.tier_id, gift.given_day,
                 gift.grant_id, gift.lot_number, gift.points_milli, gift.withdrawn_day);
}

constexpr Sql kUpdateTierGift{
    "UPDATE tier_gifts SET given_day = $3, grant_id = $4, lot_number = $5, points_milli = $6,"
    " withdrawn_day = $7 WHERE member_id = $1 AND tier_id = $2"};

absl::Status update_tier_gift(Connection& connection, int64_t member_id, const TierGiftRow& gift) {
  return execute(connection, kUpdateTierGift, member_id, gift.tier_id, gift.given_day,
                 gift.grant_id, gift.lot_number, gift.points_milli, gift.withdrawn_day);
}

}  // namespace moadon::storage
