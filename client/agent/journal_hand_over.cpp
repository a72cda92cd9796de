// What the journal gives up after a long time, to the owner's queue.
#include <algorithm>

#include "client/agent/journal.h"
#include "client/agent/journal_rows.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kOverdue{
    "SELECT e.register_id, e.sequence, e.receipt, e.kind, e.content, e.context, e.amount_minor, "
    "e.points_minor, e.points_milli, e.gift_balance_minor, e.commit_time_us, e.sale_register_id, "
    "e.sale_receipt, e.branch_id, e.business_day, e.minute_of_day, e.form, e.previous_chain, "
    "e.chain, u.refusal, u.is_altered FROM undelivered u "
    "JOIN entry e ON e.register_id = u.register_id AND e.sequence = u.sequence "
    "WHERE u.register_id = $1 AND (u.is_kept_back = 1 OR u.is_altered = 1) "
    "AND e.commit_time_us < $2 AND u.sequence > $4 ORDER BY u.sequence LIMIT $3"};

// Of an altered entry only its place is told: nobody can say what it was.
absl::StatusOr<v1::HandedEntry> handed_entry(const Statement& row, StoredEntry stored) {
  v1::HandedEntry handed;
  *handed.mutable_commit_time() = timestamp_of(std::max<int64_t>(0, stored.commit_time_us));
  if (row.int64(20) != 0 || !stored.is_true) {
    const absl::Status why = altered(stored.register_id, stored.sequence);
    handed.mutable_entry()->set_sequence(stored.sequence);
    *handed.mutable_refusal()->mutable_detail() = detail_of(why);
    handed.mutable_refusal()->set_message(std::string(why.message()));
    return handed;
  }
  if (auto refusal = refusal_in(row, 19)) *handed.mutable_refusal() = *std::move(refusal);
  auto entry = record_entry_of(std::move(stored));
  if (!entry.ok()) return entry.status();
  *handed.mutable_entry() = *std::move(entry);
  return handed;
}

}  // namespace

absl::StatusOr<std::vector<v1::HandedEntry>> Journal::overdue(const std::string& register_id,
                                                              const OverdueQuery& query) {
  const sqlite::ReaderLease reader = readers_->lease();
  Statement read = reader->statement(kOverdue);
  read.bind_all(register_id, query.now_us - query.age_us, query.limits.count, query.after_sequence);
  std::vector<v1::HandedEntry> entries;
  int64_t bytes = 0;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return entries;
    auto entry = handed_entry(read, entry_in(read, seal_));
    if (!entry.ok()) return entry.status();
    bytes += static_cast<int64_t>(entry->ByteSizeLong());
    if (!entries.empty() && bytes > query.limits.bytes) return entries;
    entries.push_back(*std::move(entry));
  }
}

}  // namespace moadon::agent
