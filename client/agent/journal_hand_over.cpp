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

// A clock that is wrong when an entry is committed says nothing of how long it has waited.
constexpr Sql kBeginWait{
    "UPDATE undelivered SET wait_from_us = $2 WHERE register_id = $1 "
    "AND (wait_from_us IS NULL OR wait_from_us > $2)"};
constexpr auto kOverdueText =
    joined("SELECT ", kEntryColumns,
           ", u.refusal, u.is_altered, u.sequence FROM undelivered u "
           "LEFT JOIN entry e ON e.register_id = u.register_id AND e.sequence = u.sequence "
           "WHERE u.register_id = $1 AND (u.is_kept_back = 1 OR u.is_altered = 1) "
           "AND u.wait_from_us < $2 AND u.sequence > $4 ORDER BY u.sequence LIMIT $3");
constexpr Sql kOverdue{kOverdueText.text};

// Of an altered or lost entry only its place is told: nobody can say what it was.
v1::HandedEntry handed_place(const std::string& register_id, int64_t sequence) {
  v1::HandedEntry handed;
  const absl::Status why = altered(register_id, sequence);
  handed.mutable_entry()->set_sequence(sequence);
  *handed.mutable_refusal()->mutable_detail() = detail_of(why);
  handed.mutable_refusal()->set_message(std::string(why.message()));
  return handed;
}

absl::StatusOr<v1::HandedEntry> handed_entry(const Statement& row, const JournalSeal& seal,
                                             const std::string& register_id) {
  if (row.is_null(1)) return handed_place(register_id, row.int64(21));
  StoredEntry stored = entry_in(row, seal);
  const auto commit_time = timestamp_of(std::max<int64_t>(0, stored.commit_time_us));
  v1::HandedEntry handed;
  if (row.int64(20) != 0 || !stored.is_true) {
    handed = handed_place(register_id, stored.sequence);
    *handed.mutable_commit_time() = commit_time;
    return handed;
  }
  *handed.mutable_commit_time() = commit_time;
  if (auto refusal = refusal_in(row, 19)) *handed.mutable_refusal() = *std::move(refusal);
  auto entry = record_entry_of(std::move(stored));
  if (!entry.ok()) return entry.status();
  *handed.mutable_entry() = *std::move(entry);
  return handed;
}

}  // namespace

absl::StatusOr<std::vector<v1::HandedEntry>> Journal::overdue(const std::string& register_id,
                                                              const OverdueQuery& query) {
  absl::Status begun = writer_->run([&](Connection& connection) {
    Statement begin = connection.statement(kBeginWait);
    begin.bind_all(register_id, query.now_us);
    return begin.execute();
  });
  if (!begun.ok()) return begun;
  const sqlite::ReaderLease reader = readers_->lease();
  Statement read = reader->statement(kOverdue);
  read.bind_all(register_id, query.now_us - query.age_us, query.limits.count, query.after_sequence);
  std::vector<v1::HandedEntry> entries;
  int64_t bytes = 0;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return entries;
    auto entry = handed_entry(read, seal_, register_id);
    if (!entry.ok()) return entry.status();
    bytes += static_cast<int64_t>(entry->ByteSizeLong());
    if (!entries.empty() && bytes > query.limits.bytes) return entries;
    entries.push_back(*std::move(entry));
  }
}

}  // namespace moadon::agent
