#include "server/storage/stage_move_store.h"

namespace moadon::storage {
namespace {

StageMoveRow read_move(Statement& row) {
  return {row.int64(0),
          static_cast<int>(row.int64(1)),
          static_cast<int>(row.int64(2)),
          static_cast<int>(row.int64(3)),
          row.int64(4),
          row.int64(5),
          row.int64(6),
          row.int64(7),
          row.int64(8),
          row.int64(9)};
}

}  // namespace

constexpr Sql kListStageMoves{
    "SELECT move_day, from_stage, to_stage, reason, purchase_days, silent_days, rhythm_days_milli,"
    " window_purchase_days, window_spend_minor, program_version"
    " FROM stage_moves WHERE member_id = $1 AND move_day >= $2 ORDER BY move_day"};

absl::StatusOr<std::vector<StageMoveRow>> list_stage_moves(Connection& connection,
                                                           int64_t member_id, int64_t from_day) {
  return query_all(connection, kListStageMoves, read_move, member_id, from_day);
}

constexpr Sql kLastStageMoveBefore{
    "SELECT move_day, from_stage, to_stage, reason, purchase_days, silent_days, rhythm_days_milli,"
    " window_purchase_days, window_spend_minor, program_version"
    " FROM stage_moves WHERE member_id = $1 AND move_day < $2 ORDER BY move_day DESC LIMIT 1"};

absl::StatusOr<std::optional<StageMoveRow>> last_stage_move_before(Connection& connection,
                                                                   int64_t member_id, int64_t day) {
  return query_one(connection, kLastStageMoveBefore, read_move, member_id, day);
}

constexpr Sql kInsertStageMove{
    "INSERT INTO stage_moves (member_id, move_day, from_stage, to_stage, reason, purchase_days,"
    " silent_days, rhythm_days_milli, window_purchase_days, window_spend_minor, program_version)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};

absl::Status insert_stage_move(Connection& connection, int64_t member_id,
                               const StageMoveRow& move) {
  return execute(connection, kInsertStageMove, member_id, move.move_day, move.from_stage,
                 move.to_stage, move.reason, move.purchase_days, move.silent_days,
                 move.rhythm_days_milli, move.window_purchase_days, move.window_spend_minor,
                 move.program_version);
}

constexpr Sql kDeleteStageMovesFrom{
    "DELETE FROM stage_moves WHERE member_id = $1 AND move_day >= $2"};

absl::Status delete_stage_moves_from(Connection& connection, int64_t member_id, int64_t from_day) {
  return execute(connection, kDeleteStageMovesFrom, member_id, from_day);
}

}  // namespace moadon::storage
