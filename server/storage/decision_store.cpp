#include "server/storage/decision_store.h"

namespace moadon::storage {

constexpr Sql kFindDecision{
    "SELECT request_id, kind, member_id, digest, decision_day, note, actor, record_us, answer"
    " FROM decisions WHERE request_id = $1"};

absl::StatusOr<std::optional<DecisionRow>> find_decision(Connection& connection,
                                                         absl::string_view request_id) {
  return query_one(
      connection, kFindDecision,
      [](Statement& row) {
        return DecisionRow{std::string(row.text(0)),
                           static_cast<DecisionKind>(row.int64(1)),
                           row.int64(2),
                           std::string(row.blob(3)),
                           row.int64(4),
                           std::string(row.text(5)),
                           std::string(row.text(6)),
                           row.int64(7),
                           std::string(row.blob(8))};
      },
      request_id);
}

constexpr Sql kInsertDecision{
    "INSERT INTO decisions (request_id, kind, member_id, digest, decision_day, note, actor,"
    " record_us, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

absl::Status insert_decision(Connection& connection, const DecisionRow& row) {
  return execute(connection, kInsertDecision, row.request_id, row.kind, row.member_id,
                 Blob{row.digest}, row.decision_day, row.note, row.actor, row.record_us,
                 Blob{row.answer});
}

}  // namespace moadon::storage
