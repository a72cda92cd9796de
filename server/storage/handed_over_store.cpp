#include "server/storage/handed_over_store.h"

namespace moadon::storage {
namespace {

// Columns as in the statements below.
HandedRow read_handed(Statement& row) {
  HandedRow handed;
  handed.place = {std::string(row.text(0)), std::string(row.blob(1)), row.int64(2)};
  handed.kind = static_cast<HandedKind>(row.int64(3));
  handed.content = std::string(row.blob(4));
  handed.context = std::string(row.blob(5));
  handed.refusal = std::string(row.blob(6));
  handed.commit_us = row.int64(7);
  handed.hand_us = row.int64(8);
  handed.settle_us = row.optional_int64(9);
  handed.settle_note = std::string(row.text(10));
  return handed;
}

}  // namespace

constexpr Sql kInsertHanded{
    "INSERT INTO handed_over (register_id, journal_id, sequence, kind, content, context, refusal,"
    " commit_us, hand_us, settle_note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')"
    " ON CONFLICT (register_id, journal_id, sequence) DO NOTHING"};

absl::Status insert_handed(Connection& connection, const HandedRow& row) {
  return execute(connection, kInsertHanded, row.place.register_id, Blob{row.place.journal_id},
                 row.place.sequence, row.kind, Blob{row.content}, Blob{row.context},
                 Blob{row.refusal}, row.commit_us, row.hand_us);
}

constexpr Sql kFindHanded{
    "SELECT register_id, journal_id, sequence, kind, content, context, refusal, commit_us, hand_us,"
    " settle_us, settle_note FROM handed_over"
    " WHERE register_id = $1 AND journal_id = $2 AND sequence = $3"};

absl::StatusOr<std::optional<HandedRow>> find_handed(Connection& connection,
                                                     const HandedPlace& place) {
  return query_one(connection, kFindHanded, read_handed, place.register_id, Blob{place.journal_id},
                   place.sequence);
}

constexpr Sql kSettleHanded{
    "UPDATE handed_over SET content = NULL, context = NULL, settle_us = $4, settle_note = $5"
    " WHERE register_id = $1 AND journal_id = $2 AND sequence = $3 AND settle_us IS NULL"};

absl::Status settle_handed(Connection& connection, const HandedPlace& place, int64_t settle_us,
                           const std::string& note) {
  return execute(connection, kSettleHanded, place.register_id, Blob{place.journal_id},
                 place.sequence, settle_us, note);
}

constexpr Sql kListHanded{
    "SELECT register_id, journal_id, sequence, kind, content, context, refusal, commit_us, hand_us,"
    " settle_us, settle_note FROM handed_over"
    " WHERE (hand_us, register_id, journal_id, sequence) > ($1, $2, $3, $4)"
    " AND (settle_us IS NULL OR $5 = 1)"
    " ORDER BY hand_us, register_id, journal_id, sequence LIMIT $6"};

absl::StatusOr<std::vector<HandedRow>> list_handed(Connection& connection, bool with_settled,
                                                   const HandedAfter& after, int limit) {
  return query_all(connection, kListHanded, read_handed, after.hand_us, after.place.register_id,
                   Blob{after.place.journal_id}, after.place.sequence, with_settled ? 1 : 0, limit);
}

}  // namespace moadon::storage
