#include "client/agent/journal.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "client/agent/journal_offline_rows.h"
#include "client/agent/journal_provisional_rows.h"
#include "client/agent/journal_rows.h"
#include "client/agent/journal_salvage.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

absl::StatusOr<Committed> committed_in(const StoredEntry& entry) {
  Committed committed;
  committed.sequence = entry.sequence;
  committed.amounts = entry.amounts;
  absl::Status parsed = parse_stored(committed.context, entry.context);
  if (!parsed.ok()) return parsed;
  committed.occasion = entry.occasion();
  return committed;
}

absl::StatusOr<std::optional<Committed>> find_repeat_of(Connection& connection,
                                                        const JournalSeal& seal,
                                                        const NewEntry& entry) {
  const auto found = find_entry(connection, seal, entry.register_id, entry.receipt);
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<Committed>();
  const StoredEntry& stored = **found;
  const absl::StatusOr<bool> is_whole = is_unaltered(connection, seal, stored);
  if (!is_whole.ok()) return is_whole.status();
  if (!*is_whole) return altered(entry.register_id, stored.sequence);
  const bool is_same =
      stored.kind == static_cast<int64_t>(entry.kind) && stored.content == entry.content;
  if (is_same) return committed_in(stored);
  return refuse(v1::REASON_RECEIPT_REUSED,
                absl::StrCat("receipt ", entry.receipt, " was committed with other content"),
                {{"register_id", entry.register_id}, {"receipt", entry.receipt}});
}

constexpr auto kFindReturnsText =
    joined("SELECT ", kEntryColumns,
           " FROM entry e WHERE e.sale_register_id = $1 AND e.sale_receipt = $2 "
           "ORDER BY e.register_id, e.receipt");
constexpr Sql kFindReturns{kFindReturnsText.text};

// False: one of them was altered.
absl::StatusOr<bool> read_returns(Connection& connection, const JournalSeal& seal,
                                  const v1::ReceiptReference& reference,
                                  std::vector<v1::Return>& returns) {
  Statement read = connection.statement(kFindReturns);
  read.bind_all(reference.register_id(), reference.receipt());
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const StoredEntry entry = entry_in(read, seal);
    const absl::StatusOr<bool> is_whole = is_unaltered(connection, seal, entry);
    if (!is_whole.ok() || !*is_whole) return is_whole;
    absl::Status parsed = parse_stored(returns.emplace_back(), entry.content);
    if (!parsed.ok()) return parsed;
  }
  std::stable_sort(returns.begin(), returns.end(), [](const v1::Return& a, const v1::Return& b) {
    const auto instant = [](const v1::Return& returned) {
      return std::make_tuple(returned.occurred_at().seconds(), returned.occurred_at().nanos());
    };
    return instant(a) < instant(b);
  });
  return true;
}

// The entry, unless it was altered.
absl::StatusOr<std::optional<StoredEntry>> find_whole(Connection& connection,
                                                      const JournalSeal& seal,
                                                      const std::string& register_id,
                                                      const std::string& receipt) {
  auto found = find_entry(connection, seal, register_id, receipt);
  if (!found.ok() || !*found) return found;
  const absl::StatusOr<bool> is_whole = is_unaltered(connection, seal, **found);
  if (!is_whole.ok()) return is_whole.status();
  if (!*is_whole) return std::optional<StoredEntry>();
  return found;
}

absl::StatusOr<std::optional<KnownSale>> find_sale_in(Connection& connection,
                                                      const JournalSeal& seal,
                                                      const v1::ReceiptReference& reference) {
  const auto entry = find_whole(connection, seal, reference.register_id(), reference.receipt());
  if (!entry.ok()) return entry.status();
  if (!*entry || (*entry)->kind != static_cast<int64_t>(EntryKind::kSale)) {
    return std::optional<KnownSale>();
  }
  KnownSale known;
  absl::Status parsed = parse_stored(known.sale, (*entry)->content);
  parsed.Update(parse_stored(known.context, (*entry)->context));
  if (!parsed.ok()) return parsed;
  known.occasion = (*entry)->occasion();
  const absl::StatusOr<bool> are_whole = read_returns(connection, seal, reference, known.returns);
  if (!are_whole.ok()) return are_whole.status();
  if (!*are_whole) return std::optional<KnownSale>();
  return known;
}

constexpr Sql kNextSequence{
    "INSERT INTO register (register_id, last_sequence) VALUES ($1, 1) "
    "ON CONFLICT (register_id) DO UPDATE SET last_sequence = last_sequence + 1 "
    "RETURNING last_sequence, journal_id"};
constexpr Sql kChainAt{"SELECT chain FROM entry WHERE register_id = $1 AND sequence = $2"};
constexpr Sql kInsertUndelivered{
    "INSERT INTO undelivered (register_id, sequence, is_kept_back, wait_from_us) "
    "VALUES ($1, $2, 0, $3)"};
constexpr Sql kUseHold{
    "UPDATE hold SET state = 3 WHERE register_id = $1 AND hold_id = $2 AND state = 2"};

absl::StatusOr<int64_t> next_sequence(Connection& connection, const std::string& register_id) {
  Statement next = connection.statement(kNextSequence);
  next.bind_all(register_id);
  const absl::StatusOr<bool> counted = next.step();
  if (!counted.ok()) return counted.status();
  const int64_t sequence = next.int64(0);
  const bool is_nameless = next.is_null(1);
  absl::Status done = next.execute();
  if (!done.ok()) return done;
  if (!is_nameless) return sequence;
  const absl::StatusOr<std::string> named = named_journal(connection, register_id);
  if (!named.ok()) return named.status();
  return sequence;
}

absl::StatusOr<std::string> chain_before(Connection& connection, const StoredEntry& entry) {
  Statement find = connection.statement(kChainAt);
  find.bind_all(entry.register_id, entry.sequence - 1);
  const absl::StatusOr<bool> found = find.step();
  if (!found.ok()) return found.status();
  return *found && find.blob(0).size() == kChainBytes ? std::string(find.blob(0)) : chain_start();
}

// The entry with its place in the chain.
absl::StatusOr<StoredEntry> linked_entry(Connection& connection, const NewEntry& entry,
                                         const Committed& committed) {
  StoredEntry stored;
  stored.register_id = entry.register_id;
  stored.sequence = committed.sequence;
  stored.receipt = entry.receipt;
  stored.kind = static_cast<int64_t>(entry.kind);
  stored.content = entry.content;
  stored.context = entry.context;
  stored.amounts = committed.amounts;
  stored.commit_time_us = entry.commit_time_us;
  if (entry.original) {
    stored.sale_register_id = entry.original->register_id();
    stored.sale_receipt = entry.original->receipt();
  }
  if (entry.occasion) {
    stored.branch_id = entry.occasion->branch_id;
    stored.business_day = day_number(entry.occasion->business_day);
    stored.minute_of_day = entry.occasion->minute_of_day;
  }
  auto before = chain_before(connection, stored);
  if (!before.ok()) return before.status();
  stored.form = EntryForm::kChained;
  stored.previous_chain = *std::move(before);
  stored.chain = chain_of(stored.previous_chain, chained(stored));
  return stored;
}

absl::Status insert_entry(Connection& connection, const JournalSeal& seal,
                          const StoredEntry& entry) {
  const auto content =
      seal.seal(entry.content, entry_place("content", entry.register_id, entry.sequence));
  const auto context =
      seal.seal(entry.context, entry_place("context", entry.register_id, entry.sequence));
  if (!content.ok()) return content.status();
  if (!context.ok()) return context.status();
  return insert_entry_row(connection, {entry, *content, *context});
}

absl::Status book_offline(Connection& connection, const JournalSeal& seal, const NewEntry& entry,
                          int64_t sequence) {
  absl::Status done;
  if (entry.offline_use) {
    done = book_use(connection, seal, entry.register_id, sequence, entry.offline_use->member_id,
                    entry.offline_use->use);
  }
  if (!done.ok() || entry.latest_us == 0) return done;
  return keep_latest(connection, entry.latest_us);
}

absl::Status insert(Connection& connection, const JournalSeal& seal, const NewEntry& entry,
                    Committed& committed) {
  const absl::StatusOr<int64_t> sequence = next_sequence(connection, entry.register_id);
  if (!sequence.ok()) return sequence.status();
  committed.sequence = *sequence;
  const absl::StatusOr<StoredEntry> stored = linked_entry(connection, entry, committed);
  if (!stored.ok()) return stored.status();
  absl::Status done = insert_entry(connection, seal, *stored);
  if (!done.ok()) return done;
  if (!entry.hold_id.empty()) {
    Statement use = connection.statement(kUseHold);
    use.bind_all(entry.register_id, entry.hold_id);
    done = use.execute();
    if (!done.ok()) return done;
  }
  done = book_offline(connection, seal, entry, committed.sequence);
  if (!done.ok()) return done;
  if (entry.provisional) {
    done = keep_provisional(connection, seal, entry, committed.sequence);
    if (!done.ok()) return done;
  }
  std::optional<int64_t> wait_from_us;
  if (committed.context.has_corrected_at()) {
    wait_from_us = time_us_of(committed.context.corrected_at(), "corrected_at").value_or(0);
  }
  Statement enqueue = connection.statement(kInsertUndelivered);
  enqueue.bind_all(entry.register_id, committed.sequence, wait_from_us);
  return enqueue.execute();
}

constexpr Sql kBytesUsed{
    "SELECT (p.page_count - f.freelist_count) * s.page_size FROM pragma_page_count() p, "
    "pragma_freelist_count() f, pragma_page_size() s"};

constexpr Sql kBytesInAll{
    "SELECT p.page_count * s.page_size FROM pragma_page_count() p, pragma_page_size() s"};

// By how much the file grows when all of its log is copied into it.
int64_t log_growth_bytes(Connection& connection) {
  Statement count = connection.statement(kBytesInAll);
  const absl::StatusOr<bool> row = count.step();
  std::error_code unknown;
  const auto file_bytes = std::filesystem::file_size(connection.path(), unknown);
  if (!row.value_or(false) || unknown) return 0;
  return std::max<int64_t>(count.int64(0) - static_cast<int64_t>(file_bytes), 0);
}

sqlite::FullDiskPlan plan_with(JournalReserve& reserve) {
  return {.make_room =
              [&reserve](Connection& connection) {
                reserve.note_log_growth(log_growth_bytes(connection));
                return reserve.keep_margin();
              },
          .refusal = reserve.full()};
}

absl::Status commit_in(Connection& connection, const JournalSeal& seal, const NewEntry& entry,
                       Journal::AmountRule amount_rule, Committed& committed) {
  const auto repeat = find_repeat_of(connection, seal, entry);
  if (!repeat.ok()) return repeat.status();
  if (*repeat) {
    committed = **repeat;
    return absl::OkStatus();
  }
  std::optional<KnownSale> sale;
  if (entry.original) {
    auto found = find_sale_in(connection, seal, *entry.original);
    if (!found.ok()) return found.status();
    sale = *std::move(found);
  }
  const absl::StatusOr<Amounts> amounts = amount_rule(sale ? &*sale : nullptr);
  if (!amounts.ok()) return amounts.status();
  committed.amounts = *amounts;
  committed.occasion = entry.occasion;
  absl::Status parsed = parse_stored(committed.context, entry.context);
  if (!parsed.ok()) return parsed;
  return insert(connection, seal, entry, committed);
}

}  // namespace

absl::StatusOr<int64_t> bytes_used(Connection& connection) {
  Statement count = connection.statement(kBytesUsed);
  const absl::StatusOr<bool> row = count.step();
  if (!row.ok()) return row.status();
  return *row ? count.int64(0) : 0;
}

absl::StatusOr<std::unique_ptr<Journal>> Journal::open(
    const std::string& path, std::string key, sqlite::GroupCommit::FailureHandler on_failure,
    JournalReserve* reserve) {
  JournalSeal seal(std::move(key));
  auto connection = open_journal_file(path, seal);
  if (!connection.ok()) return connection.status();
  absl::Status ready = seal_rows_in_clear(**connection, seal);
  if (ready.ok()) ready = judge_backlog(**connection, seal);
  if (!ready.ok()) return ready;
  auto readers = sqlite::ReaderPool::open(path);
  if (!readers.ok()) return readers.status();
  const absl::StatusOr<int64_t> used_bytes = bytes_used(**connection);
  if (!used_bytes.ok()) return used_bytes.status();
  auto writer = std::make_unique<sqlite::GroupCommit>(
      *std::move(connection), std::move(on_failure), sqlite::GroupCommitLimits(),
      reserve == nullptr ? sqlite::FullDiskPlan() : plan_with(*reserve));
  return std::unique_ptr<Journal>(
      new Journal(std::move(seal), reserve, *used_bytes, std::move(writer), *std::move(readers)));
}

absl::StatusOr<Committed> Journal::commit(const NewEntry& entry, AmountRule amount_rule) {
  if (reserve_ != nullptr) {
    const auto entry_bytes = static_cast<int64_t>(entry.content.size() + entry.context.size());
    absl::Status has_room = reserve_->make_room(used_bytes_, entry_bytes);
    if (!has_room.ok()) {
      auto repeat = find_repeat(entry);
      if (repeat.ok() && *repeat) return **std::move(repeat);
      return repeat.ok() ? has_room : repeat.status();
    }
  }
  Committed committed;
  absl::Status done = writer_->run([&](Connection& connection) -> absl::Status {
    absl::Status stored = commit_in(connection, seal_, entry, amount_rule, committed);
    if (!stored.ok()) return stored;
    const absl::StatusOr<int64_t> used_bytes = bytes_used(connection);
    if (used_bytes.ok()) used_bytes_ = *used_bytes;
    return used_bytes.status();
  });
  if (!done.ok()) return done;
  return committed;
}

absl::StatusOr<std::optional<Committed>> Journal::find_repeat(const NewEntry& entry) {
  const sqlite::ReaderLease reader = readers_->lease();
  return find_repeat_of(*reader, seal_, entry);
}

absl::StatusOr<std::optional<StoredReceipt>> Journal::find_receipt(const std::string& register_id,
                                                                   const std::string& receipt) {
  const sqlite::ReaderLease reader = readers_->lease();
  const auto found = find_whole(*reader, seal_, register_id, receipt);
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<StoredReceipt>();
  return StoredReceipt{static_cast<EntryKind>((*found)->kind), (*found)->content};
}

absl::StatusOr<std::optional<KnownSale>> Journal::find_sale(const v1::ReceiptReference& reference) {
  const absl::StatusOr<sqlite::ReaderLease> reader = readers_->lease_snapshot();
  if (!reader.ok()) return reader.status();
  return find_sale_in(**reader, seal_, reference);
}

}  // namespace moadon::agent
