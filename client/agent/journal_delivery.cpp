// The backlog of the journal: what is to be delivered, and what became of it.
#include "absl/strings/str_cat.h"
#include "client/agent/journal.h"
#include "client/agent/journal_offline_rows.h"
#include "client/agent/journal_provisional_rows.h"
#include "client/agent/journal_rows.h"
#include "moadon_agent_migrations.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr int kBacklogPageEntries = 1000;

constexpr auto kNextBatchText =
    joined("SELECT ", kEntryColumns,
           ", u.sequence FROM undelivered u "
           "LEFT JOIN entry e ON e.register_id = u.register_id AND e.sequence = u.sequence "
           "WHERE u.register_id = $1 AND u.is_kept_back = 0 AND u.is_altered = 0 "
           "ORDER BY u.sequence LIMIT $2");
constexpr Sql kNextBatch{kNextBatchText.text};
constexpr Sql kForgetTurns{"DELETE FROM lease_turn WHERE register_id = $1"};

// Leaves altered entries out and names them.
absl::StatusOr<std::vector<v1::RecordEntry>> read_batch(Connection& connection,
                                                        const JournalSeal& seal,
                                                        const std::string& register_id,
                                                        const BatchLimits& limits,
                                                        std::vector<int64_t>& altered_sequences) {
  Statement read = connection.statement(kNextBatch);
  read.bind_all(register_id, limits.count);
  std::vector<v1::RecordEntry> batch;
  int64_t bytes = 0;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return batch;
    StoredEntry stored = entry_in(read, seal);
    absl::StatusOr<bool> is_whole = false;
    if (!read.is_null(1)) is_whole = is_unaltered(connection, seal, stored);
    if (!is_whole.ok()) return is_whole.status();
    if (!*is_whole) {
      altered_sequences.push_back(read.int64(19));
      continue;
    }
    bytes += static_cast<int64_t>(stored.content.size() + stored.context.size());
    if (!batch.empty() && bytes > limits.bytes) return batch;
    auto entry = record_entry_of(std::move(stored));
    if (!entry.ok()) return entry.status();
    batch.push_back(*std::move(entry));
  }
}

constexpr Sql kNoteHandedOver{
    "INSERT INTO handed_over (register_id, sequence) VALUES ($1, $2) ON CONFLICT DO NOTHING"};
constexpr Sql kDeliver{"DELETE FROM undelivered WHERE register_id = $1 AND sequence = $2"};
constexpr Sql kKeepBack{
    "UPDATE undelivered SET is_kept_back = 1, refusal = $3, "
    "wait_from_us = coalesce(wait_from_us, nullif($4, 0)) WHERE register_id = $1 AND sequence = "
    "$2"};

constexpr Sql kContext{"SELECT context FROM entry WHERE register_id = $1 AND sequence = $2"};
constexpr Sql kUnuseHold{
    "UPDATE hold SET state = 2 WHERE register_id = $1 AND hold_id = $2 AND state = 3"};

// A sale that the server refused for what it is ends no hold: that expires as one that is unused.
// After a fault of the server's the sale may still use it.
absl::Status unuse_hold(Connection& connection, const JournalSeal& seal,
                        const std::string& register_id, const Settlement& settlement) {
  if (settlement.refusal->detail().reason() == v1::REASON_INTERNAL) return absl::OkStatus();
  v1::RecordContext context;
  {
    Statement read = connection.statement(kContext);
    read.bind_all(register_id, settlement.sequence);
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok() || !*row) return row.status();
    const auto plain =
        seal.open(read.blob(0), entry_place("context", register_id, settlement.sequence));
    if (!plain) return absl::OkStatus();  // altered since it was sent: the hold expires
    absl::Status parsed = parse_stored(context, *plain);
    if (!parsed.ok() || context.hold_id().empty()) return parsed;
  }
  Statement unuse = connection.statement(kUnuseHold);
  unuse.bind_all(register_id, context.hold_id());
  return unuse.execute();
}

absl::Status settle_one(Connection& connection, const JournalSeal& seal,
                        const std::string& register_id, const Settlement& settlement,
                        int64_t server_time_us) {
  if (!settlement.refusal) {
    if (!settlement.member_id.empty()) {
      absl::Status named = name_provisional(connection, seal, register_id, settlement);
      if (!named.ok()) return named;
    }
    if (settlement.is_handed_over) {
      Statement note = connection.statement(kNoteHandedOver);
      note.bind_all(register_id, settlement.sequence);
      absl::Status noted = note.execute();
      if (!noted.ok()) return noted;
    }
    Statement deliver = connection.statement(kDeliver);
    deliver.bind_all(register_id, settlement.sequence);
    absl::Status delivered = deliver.execute();
    if (!delivered.ok()) return delivered;
    return end_use(connection, seal, {register_id, settlement.sequence}, server_time_us);
  }
  const std::string refusal = settlement.refusal->SerializeAsString();
  Statement keep_back = connection.statement(kKeepBack);
  keep_back.bind_all(register_id, settlement.sequence, Blob{refusal}, server_time_us);
  absl::Status kept = keep_back.execute();
  return kept.ok() ? unuse_hold(connection, seal, register_id, settlement) : kept;
}

constexpr Sql kRetryKeptBack{
    "UPDATE undelivered SET is_kept_back = 0 WHERE register_id = $1 AND is_kept_back = 1"};

constexpr Sql kBacklogCount{
    "SELECT count(*), sum(is_altered) FROM undelivered WHERE register_id = $1"};
// Damage may have left places without an entry.
constexpr Sql kOldestTime{
    "SELECT e.commit_time_us FROM undelivered u "
    "JOIN entry e ON e.register_id = u.register_id AND e.sequence = u.sequence "
    "WHERE u.register_id = $1 ORDER BY u.sequence LIMIT 1"};

constexpr Sql kPending{
    "SELECT u.sequence, e.receipt, e.commit_time_us, u.refusal, u.is_altered FROM undelivered u "
    "LEFT JOIN entry e ON e.register_id = u.register_id AND e.sequence = u.sequence "
    "WHERE u.register_id = $1 AND u.sequence > $2 ORDER BY u.sequence LIMIT $3"};

constexpr Sql kRegistersWithBacklog{"SELECT DISTINCT register_id FROM undelivered ORDER BY 1"};

}  // namespace

absl::StatusOr<v1::RecordEntry> record_entry_of(StoredEntry stored) {
  v1::RecordEntry entry;
  entry.set_sequence(stored.sequence);
  if (stored.kind == static_cast<int64_t>(EntryKind::kSale)) {
    entry.set_sale(std::move(stored.content));
  } else if (stored.kind == static_cast<int64_t>(EntryKind::kEnrollment)) {
    entry.set_enrolled(std::move(stored.content));
  } else {
    entry.set_returned(std::move(stored.content));
  }
  absl::Status parsed = parse_stored(*entry.mutable_context(), stored.context);
  if (!parsed.ok()) return parsed;
  entry.set_chain(std::move(stored.chain));
  return entry;
}

absl::StatusOr<std::vector<v1::PendingEntry>> read_pending(Connection& connection,
                                                           const std::string& register_id,
                                                           int64_t after_sequence, int limit) {
  Statement read = connection.statement(kPending);
  read.bind_all(register_id, after_sequence, limit);
  std::vector<v1::PendingEntry> entries;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return entries;
    v1::PendingEntry& entry = entries.emplace_back();
    entry.set_sequence(read.int64(0));
    if (!is_enrollment_receipt(read.text(1))) entry.set_receipt(std::string(read.text(1)));
    if (!read.is_null(2)) *entry.mutable_commit_time() = timestamp_of(read.int64(2));
    if (read.int64(4) != 0) {
      const absl::Status why = altered(register_id, entry.sequence());
      *entry.mutable_refusal() = detail_of(why);
      entry.set_message(std::string(why.message()));
      continue;
    }
    std::optional<v1::Refusal> refusal = refusal_in(read, 3);
    if (!refusal) continue;
    *entry.mutable_refusal() = std::move(*refusal->mutable_detail());
    entry.set_message(refusal->message());
  }
}

absl::StatusOr<std::vector<v1::RecordEntry>> Journal::next_batch(const std::string& register_id,
                                                                 const BatchLimits& limits) {
  while (true) {
    std::vector<int64_t> altered_sequences;
    auto batch = [&] {
      const sqlite::ReaderLease reader = readers_->lease();
      return read_batch(*reader, seal_, register_id, limits, altered_sequences);
    }();
    if (!batch.ok() || altered_sequences.empty()) return batch;
    absl::Status marked = writer_->run([&](Connection& connection) {
      return set_aside(connection, register_id, altered_sequences);
    });
    if (!marked.ok()) return marked;
    if (!batch->empty()) return batch;
  }
}

absl::StatusOr<std::string> Journal::journal_id(const std::string& register_id) {
  const sqlite::ReaderLease reader = readers_->lease();
  return find_journal_id(*reader, register_id);
}

// The entries keep their chain values: a place is one of a named journal. What its register may use
// was promised to the journal that it was.
absl::Status Journal::rejoin(const std::string& register_id) {
  return writer_->run([&](Connection& connection) -> absl::Status {
    const absl::StatusOr<std::string> journal_id = name_journal(connection, register_id);
    if (!journal_id.ok()) return journal_id.status();
    if (journal_id->empty()) {
      return refuse(v1::REASON_REGISTER_UNKNOWN,
                    absl::StrCat("register ", register_id, " has no entries here"),
                    {{"register_id", register_id}});
    }
    absl::Status dropped = drop_all_leases(connection, register_id);
    if (!dropped.ok()) return dropped;
    Statement forget = connection.statement(kForgetTurns);
    forget.bind_all(register_id);
    return forget.execute();
  });
}

absl::Status Journal::settle(const std::string& register_id,
                             absl::Span<const Settlement> settlements, int64_t server_time_us) {
  return writer_->run([&](Connection& connection) {
    for (const Settlement& settlement : settlements) {
      absl::Status settled = settle_one(connection, seal_, register_id, settlement, server_time_us);
      if (!settled.ok()) return settled;
    }
    return absl::OkStatus();
  });
}

absl::Status Journal::retry_kept_back(const std::string& register_id) {
  return writer_->run([&](Connection& connection) {
    Statement retry = connection.statement(kRetryKeptBack);
    retry.bind_all(register_id);
    return retry.execute();
  });
}

absl::StatusOr<Backlog> Journal::backlog(const std::string& register_id) {
  const absl::StatusOr<sqlite::ReaderLease> reader = readers_->lease_snapshot();
  if (!reader.ok()) return reader.status();
  Statement count = (*reader)->statement(kBacklogCount);
  count.bind_all(register_id);
  absl::StatusOr<bool> row = count.step();
  if (!row.ok()) return row.status();
  Backlog backlog;
  if (!*row || count.int64(0) == 0) return backlog;
  backlog.count = count.int64(0);
  backlog.altered_count = count.int64(1);
  Statement oldest = (*reader)->statement(kOldestTime);
  oldest.bind_all(register_id);
  row = oldest.step();
  if (!row.ok()) return row.status();
  if (*row) backlog.oldest_commit_us = oldest.int64(0);
  return backlog;
}

absl::StatusOr<std::vector<v1::PendingEntry>> Journal::pending(const std::string& register_id,
                                                               int64_t after_sequence, int limit) {
  const sqlite::ReaderLease reader = readers_->lease();
  return read_pending(*reader, register_id, after_sequence, limit);
}

absl::StatusOr<std::vector<RegisterBacklog>> read_backlogs(const std::string& path) {
  auto connection = sqlite::Connection::open(path, {.access = sqlite::Access::kReader});
  if (!connection.ok()) return connection.status();
  const absl::StatusOr<int64_t> version = (*connection)->query_int64("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const auto ours = static_cast<int64_t>(moadon_agent_migrations().size());
  if (*version != ours) {
    const std::string theirs_text = absl::StrCat(*version);
    const std::string ours_text = absl::StrCat(ours);
    return refuse(
        v1::REASON_VERSION_MISMATCH,
        absl::StrCat(path, " has version ", theirs_text, ", this program reads ", ours_text),
        {{"theirs", theirs_text}, {"ours", ours_text}});
  }
  std::vector<RegisterBacklog> backlogs;
  Statement registers = (*connection)->statement(kRegistersWithBacklog);
  while (true) {
    const absl::StatusOr<bool> row = registers.step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    backlogs.push_back({std::string(registers.text(0)), {}});
  }
  for (RegisterBacklog& backlog : backlogs) {
    int64_t after_sequence = 0;
    while (true) {
      auto page =
          read_pending(**connection, backlog.register_id, after_sequence, kBacklogPageEntries);
      if (!page.ok()) return page.status();
      if (page->empty()) break;
      after_sequence = page->back().sequence();
      for (v1::PendingEntry& entry : *page) backlog.entries.push_back(std::move(entry));
    }
    absl::Status added = add_block(**connection, backlog);
    if (!added.ok()) return added;
  }
  return backlogs;
}

}  // namespace moadon::agent
