#include "server/storage/journal_place_store.h"

namespace moadon::storage {

constexpr Sql kFindChain{
    "SELECT chain FROM journal_places"
    " WHERE register_id = $1 AND journal_id = $2 AND sequence = $3"};

absl::StatusOr<std::optional<std::string>> find_chain(Connection& connection,
                                                      const JournalName& journal,
                                                      int64_t sequence) {
  return query_one(
      connection, kFindChain, [](Statement& row) { return std::string(row.blob(0)); },
      journal.register_id, Blob{journal.journal_id}, sequence);
}

constexpr Sql kInsertChain{
    "INSERT INTO journal_places (register_id, journal_id, sequence, chain)"
    " VALUES ($1, $2, $3, $4)"};

absl::Status insert_chain(Connection& connection, const JournalName& journal, int64_t sequence,
                          const std::string& chain) {
  return execute(connection, kInsertChain, journal.register_id, Blob{journal.journal_id}, sequence,
                 Blob{chain});
}

constexpr Sql kPruneChains{
    "DELETE FROM journal_places WHERE register_id = $1 AND journal_id = $2 AND sequence <="
    " (SELECT MAX(sequence) FROM journal_places WHERE register_id = $1 AND journal_id = $2) - $3"};

absl::Status prune_chains(Connection& connection, const JournalName& journal) {
  return execute(connection, kPruneChains, journal.register_id, Blob{journal.journal_id},
                 kKeptPlaces);
}

}  // namespace moadon::storage
