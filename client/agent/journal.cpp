#include "client/agent/journal.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "client/agent/journal_rows.h"
#include "moadon_agent_migrations.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "sqlite/migrations.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kFindEntry{
    "SELECT sequence, kind, content, amount_minor, points_minor, points_milli, gift_balance_minor, "
    "context, branch_id, business_day, minute_of_day FROM entry "
    "WHERE register_id = $1 AND receipt = $2"};

std::optional<Occasion> occasion_in(const Statement& row) {
  if (row.is_null(8) || row.is_null(9) || row.is_null(10)) return std::nullopt;
  return Occasion{std::string(row.text(8)), day_of_number(row.int64(9)),
                  static_cast<int>(row.int64(10))};
}

absl::StatusOr<Committed> committed_in(const Statement& row) {
  Committed committed;
  committed.sequence = row.int64(0);
  committed.amounts = {row.int64(3), row.int64(4), row.int64(5), row.int64(6)};
  absl::Status parsed = parse_stored(committed.context, row.blob(7));
  if (!parsed.ok()) return parsed;
  committed.occasion = occasion_in(row);
  return committed;
}

absl::StatusOr<std::optional<Committed>> find_repeat_of(Connection& connection,
                                                        const NewEntry& entry) {
  Statement find = connection.statement(kFindEntry);
  find.bind_all(entry.register_id, entry.receipt);
  const absl::StatusOr<bool> found = find.step();
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<Committed>();
  const bool is_same =
      find.int64(1) == static_cast<int64_t>(entry.kind) && find.blob(2) == entry.content;
  if (is_same) return committed_in(find);
  return refuse(v1::REASON_RECEIPT_REUSED,
                absl::StrCat("receipt ", entry.receipt, " was committed with other content"),
                {{"register_id", entry.register_id}, {"receipt", entry.receipt}});
}

constexpr Sql kFindReturns{
    "SELECT content FROM entry WHERE sale_register_id = $1 AND sale_receipt = $2 "
    "ORDER BY register_id, receipt"};

absl::Status read_returns(Connection& connection, const v1::ReceiptReference& reference,
                          std::vector<v1::Return>& returns) {
  Statement read = connection.statement(kFindReturns);
  read.bind_all(reference.register_id(), reference.receipt());
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    absl::Status parsed = parse_stored(returns.emplace_back(), read.blob(0));
    if (!parsed.ok()) return parsed;
  }
  std::stable_sort(returns.begin(), returns.end(), [](const v1::Return& a, const v1::Return& b) {
    const auto instant = [](const v1::Return& returned) {
      return std::make_tuple(returned.occurred_at().seconds(), returned.occurred_at().nanos());
    };
    return instant(a) < instant(b);
  });
  return absl::OkStatus();
}

absl::StatusOr<std::optional<KnownSale>> find_sale_in(Connection& connection,
                                                      const v1::ReceiptReference& reference) {
  KnownSale known;
  {
    Statement find = connection.statement(kFindEntry);
    find.bind_all(reference.register_id(), reference.receipt());
    const absl::StatusOr<bool> found = find.step();
    if (!found.ok()) return found.status();
    if (!*found || find.int64(1) != static_cast<int64_t>(EntryKind::kSale)) {
      return std::optional<KnownSale>();
    }
    absl::Status parsed = parse_stored(known.sale, find.blob(2));
    parsed.Update(parse_stored(known.context, find.blob(7)));
    if (!parsed.ok()) return parsed;
    known.occasion = occasion_in(find);
  }
  absl::Status read = read_returns(connection, reference, known.returns);
  if (!read.ok()) return read;
  return known;
}

constexpr Sql kNextSequence{
    "INSERT INTO register (register_id, last_sequence) VALUES ($1, 1) "
    "ON CONFLICT (register_id) DO UPDATE SET last_sequence = last_sequence + 1 "
    "RETURNING last_sequence"};
constexpr Sql kInsertEntry{
    "INSERT INTO entry (register_id, sequence, receipt, kind, content, context, amount_minor, "
    "commit_time_us, sale_register_id, sale_receipt, points_minor, points_milli, "
    "gift_balance_minor, branch_id, business_day, minute_of_day) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"};
constexpr Sql kInsertUndelivered{
    "INSERT INTO undelivered (register_id, sequence, is_kept_back) VALUES ($1, $2, 0)"};
constexpr Sql kUseHold{
    "UPDATE hold SET state = 3 WHERE register_id = $1 AND hold_id = $2 AND state = 2"};

absl::Status insert(Connection& connection, const NewEntry& entry, Committed& committed) {
  Statement next = connection.statement(kNextSequence);
  next.bind_all(entry.register_id);
  const absl::StatusOr<bool> counted = next.step();
  if (!counted.ok()) return counted.status();
  committed.sequence = next.int64(0);
  absl::Status done = next.execute();
  if (!done.ok()) return done;
  std::optional<absl::string_view> sale_register_id;
  std::optional<absl::string_view> sale_receipt;
  if (entry.original) {
    sale_register_id = entry.original->register_id();
    sale_receipt = entry.original->receipt();
  }
  std::optional<absl::string_view> branch_id;
  std::optional<int64_t> business_day;
  std::optional<int64_t> minute_of_day;
  if (entry.occasion) {
    branch_id = entry.occasion->branch_id;
    business_day = day_number(entry.occasion->business_day);
    minute_of_day = entry.occasion->minute_of_day;
  }
  const Amounts& amounts = committed.amounts;
  Statement add = connection.statement(kInsertEntry);
  add.bind_all(entry.register_id, committed.sequence, entry.receipt, entry.kind,
               Blob{entry.content}, Blob{entry.context}, amounts.amount_minor, entry.commit_time_us,
               sale_register_id, sale_receipt, amounts.points_minor, amounts.points_milli,
               amounts.gift_balance_minor, branch_id, business_day, minute_of_day);
  done = add.execute();
  if (!done.ok()) return done;
  if (!entry.hold_id.empty()) {
    Statement use = connection.statement(kUseHold);
    use.bind_all(entry.register_id, entry.hold_id);
    done = use.execute();
    if (!done.ok()) return done;
  }
  Statement enqueue = connection.statement(kInsertUndelivered);
  enqueue.bind_all(entry.register_id, committed.sequence);
  return enqueue.execute();
}

absl::Status commit_in(Connection& connection, const NewEntry& entry,
                       Journal::AmountRule amount_rule, Committed& committed) {
  const auto repeat = find_repeat_of(connection, entry);
  if (!repeat.ok()) return repeat.status();
  if (*repeat) {
    committed = **repeat;
    return absl::OkStatus();
  }
  std::optional<KnownSale> sale;
  if (entry.original) {
    auto found = find_sale_in(connection, *entry.original);
    if (!found.ok()) return found.status();
    sale = *std::move(found);
  }
  const absl::StatusOr<Amounts> amounts = amount_rule(sale ? &*sale : nullptr);
  if (!amounts.ok()) return amounts.status();
  committed.amounts = *amounts;
  committed.occasion = entry.occasion;
  absl::Status parsed = parse_stored(committed.context, entry.context);
  if (!parsed.ok()) return parsed;
  return insert(connection, entry, committed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::open(
    const std::string& path, sqlite::GroupCommit::FailureHandler on_failure) {
  auto connection = sqlite::open_migrated(
      path, {.application_id = kJournalApplicationId, .migrations = moadon_agent_migrations()});
  if (!connection.ok()) return connection.status();
  // A file that cannot be written is opened for reading only, and would say so at the first sale.
  absl::Status writable = (*connection)->exec("DELETE FROM undelivered WHERE 0");
  if (!writable.ok()) return writable;
  auto readers = sqlite::ReaderPool::open(path);
  if (!readers.ok()) return readers.status();
  auto writer =
      std::make_unique<sqlite::GroupCommit>(*std::move(connection), std::move(on_failure));
  return std::unique_ptr<Journal>(new Journal(std::move(writer), *std::move(readers)));
}

absl::StatusOr<Committed> Journal::commit(const NewEntry& entry, AmountRule amount_rule) {
  Committed committed;
  absl::Status done = writer_->run(
      [&](Connection& connection) { return commit_in(connection, entry, amount_rule, committed); });
  if (!done.ok()) return done;
  return committed;
}

absl::StatusOr<std::optional<Committed>> Journal::find_repeat(const NewEntry& entry) {
  const sqlite::ReaderLease reader = readers_->lease();
  return find_repeat_of(*reader, entry);
}

absl::StatusOr<std::optional<StoredReceipt>> Journal::find_receipt(const std::string& register_id,
                                                                   const std::string& receipt) {
  const sqlite::ReaderLease reader = readers_->lease();
  Statement find = reader->statement(kFindEntry);
  find.bind_all(register_id, receipt);
  const absl::StatusOr<bool> found = find.step();
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<StoredReceipt>();
  return StoredReceipt{static_cast<EntryKind>(find.int64(1)), std::string(find.blob(2))};
}

absl::StatusOr<std::optional<KnownSale>> Journal::find_sale(const v1::ReceiptReference& reference) {
  const absl::StatusOr<sqlite::ReaderLease> reader = readers_->lease_snapshot();
  if (!reader.ok()) return reader.status();
  return find_sale_in(**reader, reference);
}

}  // namespace moadon::agent
