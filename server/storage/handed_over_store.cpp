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
  handed.chain = std::string(row.blob(11));
  return handed;
}

}  // namespace

constexpr Sql kKeepHanded{
    "INSERT INTO handed_over (register_id, journal_id, sequence, kind, content, context, refusal,"
    " commit_us, hand_us, settle_us, settle_note, chain)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " ON CONFLICT (register_id, journal_id, sequence) DO UPDATE SET kind = $4, content = $5,"
    " context = $6, refusal = $7, commit_us = $8, hand_us = $9, settle_us = $10, settle_note = $11,"
    " chain = $12"};

absl::Status keep_handed(Connection& connection, const HandedRow& row) {
  std::optional<Blob> content;
  std::optional<Blob> context;
  std::optional<Blob> chain;
  if (!row.settle_us) content = Blob{row.content};
  if (!row.settle_us) context = Blob{row.context};
  if (!row.chain.empty()) chain = Blob{row.chain};
  return execute(connection, kKeepHanded, row.place.register_id, Blob{row.place.journal_id},
                 row.place.sequence, row.kind, content, context, Blob{row.refusal}, row.commit_us,
                 row.hand_us, row.settle_us, row.settle_note, chain);
}

constexpr Sql kFindHanded{
    "SELECT register_id, journal_id, sequence, kind, content, context, refusal, commit_us, hand_us,"
    " settle_us, settle_note, chain FROM handed_over"
    " WHERE register_id = $1 AND journal_id = $2 AND sequence = $3"};

absl::StatusOr<std::optional<HandedRow>> find_handed(Connection& connection,
                                                     const HandedPlace& place) {
  return query_one(connection, kFindHanded, read_handed, place.register_id, Blob{place.journal_id},
                   place.sequence);
}

constexpr Sql kHasHandedChain{
    "SELECT COUNT(*) FROM handed_over WHERE register_id = $1 AND chain = $2"};

absl::StatusOr<bool> has_handed_chain(Connection& connection, const std::string& register_id,
                                      const std::string& chain) {
  return query_bool(connection, kHasHandedChain, register_id, Blob{chain});
}

constexpr Sql kListWaiting{
    "SELECT register_id, journal_id, sequence FROM handed_over"
    " WHERE register_id = $1 AND journal_id = $2 AND sequence = $3 AND chain IS NULL"
    " AND settle_us IS NULL"
    " UNION ALL SELECT register_id, journal_id, sequence FROM handed_over"
    " WHERE register_id = $1 AND chain = $4 AND settle_us IS NULL"};

absl::StatusOr<std::vector<HandedPlace>> list_waiting(Connection& connection,
                                                      const HandedPlace& place,
                                                      const std::string& chain) {
  const auto read = [](Statement& row) {
    return HandedPlace{std::string(row.text(0)), std::string(row.blob(1)), row.int64(2)};
  };
  return query_all(connection, kListWaiting, read, place.register_id, Blob{place.journal_id},
                   place.sequence, Blob{chain});
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
    " settle_us, settle_note, chain FROM handed_over"
    " WHERE (hand_us, register_id, journal_id, sequence) > ($1, $2, $3, $4)"
    " AND (settle_us IS NULL OR $5 = 1)"
    " ORDER BY hand_us, register_id, journal_id, sequence LIMIT $6"};

absl::StatusOr<HandedPage> list_handed(Connection& connection, bool with_settled,
                                       const HandedAfter& after, int limit) {
  Statement statement = connection.statement(kListHanded);
  statement.bind_all(after.hand_us, after.place.register_id, Blob{after.place.journal_id},
                     after.place.sequence, with_settled ? 1 : 0, limit);
  HandedPage page;
  size_t bytes = 0;
  while (static_cast<int>(page.rows.size()) < limit && bytes < kMaxHandedPageBytes) {
    const absl::StatusOr<bool> row = statement.step();
    if (!row.ok()) return row.status();
    if (!*row) return page;
    page.rows.push_back(read_handed(statement));
    const HandedRow& read = page.rows.back();
    bytes += read.content.size() + read.context.size() + read.refusal.size();
  }
  page.is_cut = true;
  return page;
}

}  // namespace moadon::storage
