// What the journal lets go of.
#include "client/agent/journal.h"
#include "client/agent/journal_rows.h"

namespace moadon::agent {
namespace {

using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

// A refund is worked out of a sale and its returns here. So a return stays as long as its sale
// does, and a sale until its returns are delivered: then the server knows of both.
constexpr char kNoReturnWaits[] =
    "NOT EXISTS (SELECT 1 FROM entry r "
    " JOIN undelivered w ON w.register_id = r.register_id AND w.sequence = r.sequence "
    " WHERE r.sale_register_id = e.register_id AND r.sale_receipt = e.receipt)";
constexpr auto kPrunableText = joined(
    "SELECT e.entry_id FROM entry e WHERE e.commit_time_us < $1 "
    "AND NOT EXISTS (SELECT 1 FROM undelivered u "
    " WHERE u.register_id = e.register_id AND u.sequence = e.sequence) "
    "AND NOT EXISTS (SELECT 1 FROM entry s "
    " WHERE s.register_id = e.sale_register_id AND s.receipt = e.sale_receipt) AND ",
    kNoReturnWaits, " ORDER BY e.commit_time_us LIMIT $2");
constexpr Sql kPrunable{kPrunableText.text};
// Meanwhile somebody may have brought something back.
constexpr auto kPruneText =
    joined("DELETE FROM entry AS e WHERE e.entry_id = $1 AND ", kNoReturnWaits);
constexpr Sql kPrune{kPruneText.text};
constexpr Sql kForgetHandedOver{
    "DELETE FROM handed_over WHERE NOT EXISTS (SELECT 1 FROM entry e "
    "WHERE e.register_id = handed_over.register_id AND e.sequence = handed_over.sequence)"};

}  // namespace

absl::StatusOr<bool> Journal::prune(int64_t before_us, int limit) {
  std::vector<int64_t> ids;
  {
    const sqlite::ReaderLease reader = readers_->lease();
    Statement look = reader->statement(kPrunable);
    look.bind_all(before_us, limit);
    while (true) {
      const absl::StatusOr<bool> row = look.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      ids.push_back(look.int64(0));
    }
  }
  if (ids.empty()) return false;
  int64_t pruned_count = 0;
  absl::Status pruned = writer_->run([&](Connection& connection) -> absl::Status {
    pruned_count = 0;
    for (const int64_t id : ids) {
      Statement prune = connection.statement(kPrune);
      prune.bind_all(id);
      absl::Status removed = prune.execute();
      if (!removed.ok()) return removed;
      pruned_count += connection.changes();
    }
    absl::Status forgotten = connection.statement(kForgetHandedOver).execute();
    if (!forgotten.ok()) return forgotten;
    const absl::StatusOr<int64_t> used_bytes = bytes_used(connection);
    if (used_bytes.ok()) used_bytes_ = *used_bytes;
    return used_bytes.status();
  });
  if (!pruned.ok()) return pruned;
  return pruned_count > 0;
}

}  // namespace moadon::agent
