#include "client/agent/journal_rows.h"

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr auto kEntryOfReceiptText =
    joined("SELECT ", kEntryColumns, " FROM entry e WHERE e.register_id = $1 AND e.receipt = $2");
constexpr Sql kEntryOfReceipt{kEntryOfReceiptText.text};
constexpr auto kEntryAtText =
    joined("SELECT ", kEntryColumns, " FROM entry e WHERE e.register_id = $1 AND e.sequence = $2");
constexpr Sql kEntryAt{kEntryAtText.text};
constexpr Sql kInsertEntry{
    "INSERT INTO entry (entry_id, register_id, sequence, receipt, kind, content, context, "
    "amount_minor, commit_time_us, sale_register_id, sale_receipt, branch_id, business_day, "
    "minute_of_day, points_minor, points_milli, gift_balance_minor, form, previous_chain, chain) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
    "$20)"};
constexpr Sql kMeetRegister{
    "INSERT INTO register (register_id, last_sequence) VALUES ($1, 0) ON CONFLICT DO NOTHING"};
constexpr Sql kJournalId{"SELECT journal_id FROM register WHERE register_id = $1"};
constexpr Sql kNameJournal{"UPDATE register SET journal_id = $2 WHERE register_id = $1"};
constexpr Sql kEnqueueAll{
    "INSERT INTO undelivered (register_id, sequence, is_kept_back) "
    "SELECT register_id, sequence, 0 FROM entry e WHERE NOT EXISTS (SELECT 1 FROM handed_over h "
    "WHERE h.register_id = e.register_id AND h.sequence = e.sequence) ON CONFLICT DO NOTHING"};
constexpr Sql kSetAside{
    "UPDATE undelivered SET is_altered = 1 WHERE register_id = $1 AND sequence = $2"};

std::optional<std::string> optional_text(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return std::string(row.text(column));
}

// False: it cannot be opened.
bool open_value(const Statement& row, int column, const JournalSeal& seal, absl::string_view name,
                const StoredEntry& entry, std::string& value) {
  if (entry.form == EntryForm::kInClear) {
    value = std::string(row.blob(column));
    return true;
  }
  auto opened = seal.open(row.blob(column), entry_place(name, entry.register_id, entry.sequence));
  if (!opened) return false;
  value = *std::move(opened);
  return true;
}

bool is_form(int64_t number) {
  return number >= static_cast<int64_t>(EntryForm::kInClear) &&
         number <= static_cast<int64_t>(EntryForm::kChained);
}

bool says_its_chain(const StoredEntry& entry) {
  if (entry.form != EntryForm::kChained) return entry.chain.empty();
  return entry.previous_chain.size() == kChainBytes &&
         entry.chain == chain_of(entry.previous_chain, chained(entry));
}

}  // namespace

std::optional<Occasion> StoredEntry::occasion() const {
  if (!branch_id || !business_day || !minute_of_day) return std::nullopt;
  return Occasion{*branch_id, day_of_number(*business_day), static_cast<int>(*minute_of_day)};
}

ChainedEntry chained(const StoredEntry& entry) {
  ChainedEntry link;
  link.register_id = entry.register_id;
  link.sequence = entry.sequence;
  link.receipt = entry.receipt;
  link.kind = entry.kind;
  link.content = entry.content;
  link.context = entry.context;
  link.amount_minor = entry.amounts.amount_minor;
  link.points_minor = entry.amounts.points_minor;
  link.points_milli = entry.amounts.points_milli;
  link.gift_balance_minor = entry.amounts.gift_balance_minor;
  link.commit_time_us = entry.commit_time_us;
  link.sale_register_id = entry.sale_register_id;
  link.sale_receipt = entry.sale_receipt;
  link.branch_id = entry.branch_id;
  link.business_day = entry.business_day;
  link.minute_of_day = entry.minute_of_day;
  return link;
}

StoredEntry entry_in(const Statement& row, const JournalSeal& seal) {
  StoredEntry entry;
  entry.register_id = std::string(row.text(0));
  entry.sequence = row.int64(1);
  entry.receipt = std::string(row.text(2));
  entry.kind = row.int64(3);
  entry.amounts = {row.int64(6), row.int64(7), row.int64(8), row.int64(9)};
  entry.commit_time_us = row.int64(10);
  entry.sale_register_id = optional_text(row, 11);
  entry.sale_receipt = optional_text(row, 12);
  entry.branch_id = optional_text(row, 13);
  entry.business_day = row.optional_int64(14);
  entry.minute_of_day = row.optional_int64(15);
  const int64_t form = row.int64(16);
  if (!is_form(form)) return entry;
  entry.form = static_cast<EntryForm>(form);
  entry.previous_chain = std::string(row.blob(17));
  entry.chain = std::string(row.blob(18));
  entry.is_true = open_value(row, 4, seal, "content", entry, entry.content) &&
                  open_value(row, 5, seal, "context", entry, entry.context) &&
                  says_its_chain(entry);
  return entry;
}

absl::Status insert_entry_row(Connection& connection, const EntryRow& row) {
  const StoredEntry& entry = row.entry;
  const Amounts& amounts = entry.amounts;
  Statement add = connection.statement(kInsertEntry);
  add.bind_all(row.entry_id, entry.register_id, entry.sequence, entry.receipt, entry.kind,
               Blob{row.sealed_content}, Blob{row.sealed_context}, amounts.amount_minor,
               entry.commit_time_us, entry.sale_register_id, entry.sale_receipt, entry.branch_id,
               entry.business_day, entry.minute_of_day, amounts.points_minor, amounts.points_milli,
               amounts.gift_balance_minor, entry.form, nullptr, nullptr);
  if (entry.form == EntryForm::kChained) {
    constexpr int kPreviousChainAt = 19;
    add.bind(kPreviousChainAt, Blob{entry.previous_chain});
    add.bind(kPreviousChainAt + 1, Blob{entry.chain});
  }
  return add.execute();
}

absl::StatusOr<std::string> named_journal(Connection& connection, const std::string& register_id) {
  Statement meet = connection.statement(kMeetRegister);
  meet.bind_all(register_id);
  absl::Status met = meet.execute();
  if (!met.ok()) return met;
  auto journal_id = find_journal_id(connection, register_id);
  if (!journal_id.ok() || !journal_id->empty()) return journal_id;
  return name_journal(connection, register_id);
}

absl::StatusOr<std::string> name_journal(Connection& connection, const std::string& register_id) {
  const absl::StatusOr<std::string> journal_id = new_journal_id();
  if (!journal_id.ok()) return journal_id;
  Statement name = connection.statement(kNameJournal);
  name.bind_all(register_id, Blob{*journal_id});
  absl::Status named = name.execute();
  if (!named.ok()) return named;
  return connection.changes() > 0 ? journal_id : std::string();
}

absl::StatusOr<std::string> find_journal_id(Connection& connection,
                                            const std::string& register_id) {
  Statement read = connection.statement(kJournalId);
  read.bind_all(register_id);
  const absl::StatusOr<bool> row = read.step();
  if (!row.ok()) return row.status();
  return *row ? std::string(read.blob(0)) : std::string();
}

absl::Status enqueue_all_entries(Connection& connection) {
  return connection.statement(kEnqueueAll).execute();
}

std::optional<v1::Refusal> refusal_in(const Statement& row, int column) {
  v1::Refusal refusal;
  if (row.is_null(column) || !parse_stored(refusal, row.blob(column)).ok()) return std::nullopt;
  return refusal;
}

absl::StatusOr<bool> is_unaltered(Connection& connection, const JournalSeal& seal,
                                  const StoredEntry& entry) {
  if (!entry.is_true) return false;
  if (entry.form != EntryForm::kChained) return true;
  Statement find = connection.statement(kEntryAt);
  find.bind_all(entry.register_id, entry.sequence - 1);
  const absl::StatusOr<bool> found = find.step();
  if (!found.ok()) return found.status();
  if (!*found) return true;
  if (find.blob(18) == entry.previous_chain) return true;
  return is_chained_to(entry, entry_in(find, seal));
}

bool is_chained_to(const StoredEntry& entry, const StoredEntry& before) {
  if (entry.form != EntryForm::kChained || entry.previous_chain == before.chain) return true;
  if (!before.is_true) return true;  // it is the one that was altered
  return before.form != EntryForm::kChained && entry.previous_chain == chain_start();
}

bool is_in_clear(const StoredEntry& entry) {
  v1::RecordContext context;
  if (!parse_stored(context, entry.context).ok()) return false;
  v1::Sale sale;
  v1::Return returned;
  switch (static_cast<EntryKind>(entry.kind)) {
    case EntryKind::kSale:
      return parse_stored(sale, entry.content).ok() && sale.receipt() == entry.receipt;
    case EntryKind::kReturn:
      return parse_stored(returned, entry.content).ok() && returned.receipt() == entry.receipt;
    case EntryKind::kEnrollment:  // no version left one in clear
      return false;
  }
  return false;
}

absl::StatusOr<std::optional<StoredEntry>> find_entry(Connection& connection,
                                                      const JournalSeal& seal,
                                                      const std::string& register_id,
                                                      const std::string& receipt) {
  Statement find = connection.statement(kEntryOfReceipt);
  find.bind_all(register_id, receipt);
  const absl::StatusOr<bool> found = find.step();
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<StoredEntry>();
  return entry_in(find, seal);
}

absl::Status altered(const std::string& register_id, int64_t sequence) {
  const std::string sequence_text = absl::StrCat(sequence);
  return refuse(
      v1::REASON_JOURNAL_ALTERED,
      absl::StrCat("entry ", sequence_text, " was changed on the disk after it was committed"),
      {{"register_id", register_id}, {"sequence", sequence_text}});
}

absl::Status set_aside(Connection& connection, const std::string& register_id,
                       absl::Span<const int64_t> sequences) {
  for (const int64_t sequence : sequences) {
    Statement mark = connection.statement(kSetAside);
    mark.bind_all(register_id, sequence);
    absl::Status marked = mark.execute();
    if (!marked.ok()) return marked;
    spdlog::error("event=entry_altered register={} sequence={}", register_id, sequence);
  }
  return absl::OkStatus();
}

}  // namespace moadon::agent
