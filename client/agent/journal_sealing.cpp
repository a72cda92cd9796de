// What a version before left in clear is sealed, and no copy of it stays.
#include <spdlog/spdlog.h>

#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/agent/journal_rows.h"
#include "client/agent/sibling_files.h"
#include "sqlite/transaction.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;
using sqlite::Transaction;

constexpr int kSealingStep = 500;

constexpr Sql kEntriesInClear{
    "SELECT entry_id, register_id, sequence, receipt, kind, content, context FROM entry "
    "WHERE form = 0 AND chain IS NULL AND previous_chain IS NULL ORDER BY entry_id LIMIT $1"};
constexpr Sql kSealEntry{
    "UPDATE entry SET content = $2, context = $3, form = 1 WHERE entry_id = $1"};
constexpr Sql kHoldsInClear{
    "SELECT register_id, request_id, basket, request, context, branch_id, business_day, "
    "minute_of_day FROM hold WHERE is_sealed = 0 ORDER BY register_id, request_id LIMIT $1"};
constexpr Sql kSealHold{
    "UPDATE hold SET basket = $3, request = $4, context = $5, is_sealed = 1 "
    "WHERE register_id = $1 AND request_id = $2"};

// A value of a row that says it is in clear, and where it is to stand.
struct Value {
  std::string bytes;
  std::string place;
};

// Seals the values of a row in their places. Where all open there, only what says so was changed,
// and they stay. Where they are neither that nor in clear the row was altered: then they are sealed
// so that they never open.
absl::Status seal_values(const JournalSeal& seal, bool are_in_clear, std::vector<Value>& values) {
  const bool are_sealed = std::all_of(values.begin(), values.end(), [&](const Value& value) {
    return seal.open(value.bytes, value.place).has_value();
  });
  if (are_sealed) return absl::OkStatus();
  for (Value& value : values) {
    auto sealed =
        seal.seal(value.bytes, are_in_clear ? value.place : absl::StrCat("altered\n", value.place));
    if (!sealed.ok()) return sealed.status();
    value.bytes = *std::move(sealed);
  }
  return absl::OkStatus();
}

// Each seals some rows and says whether there were any.
absl::StatusOr<bool> seal_some_entries(Connection& connection, const JournalSeal& seal) {
  std::vector<std::pair<int64_t, std::vector<Value>>> rows;
  {
    Statement read = connection.statement(kEntriesInClear);
    read.bind_all(kSealingStep);
    while (true) {
      const absl::StatusOr<bool> row = read.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      StoredEntry entry;
      entry.receipt = std::string(read.text(3));
      entry.kind = read.int64(4);
      entry.content = std::string(read.blob(5));
      entry.context = std::string(read.blob(6));
      const bool is_clear = is_in_clear(entry);
      auto& [entry_id, values] = rows.emplace_back();
      entry_id = read.int64(0);
      values = {{std::move(entry.content), entry_place("content", read.text(1), read.int64(2))},
                {std::move(entry.context), entry_place("context", read.text(1), read.int64(2))}};
      absl::Status sealed = seal_values(seal, is_clear, values);
      if (!sealed.ok()) return sealed;
    }
  }
  for (const auto& [entry_id, values] : rows) {
    Statement store = connection.statement(kSealEntry);
    store.bind_all(entry_id, Blob{values[0].bytes}, Blob{values[1].bytes});
    absl::Status stored = store.execute();
    if (!stored.ok()) return stored;
  }
  return !rows.empty();
}

bool is_hold_in_clear(const std::vector<Value>& values) {
  v1::Basket basket;
  v1::PlaceHoldRequest request;
  v1::RecordContext context;
  return parse_stored(basket, values[0].bytes).ok() &&
         parse_stored(request, values[1].bytes).ok() && parse_stored(context, values[2].bytes).ok();
}

absl::StatusOr<bool> seal_some_holds(Connection& connection, const JournalSeal& seal) {
  struct Row {
    std::string register_id;
    std::string request_id;
    std::vector<Value> values;
  };
  std::vector<Row> rows;
  {
    Statement read = connection.statement(kHoldsInClear);
    read.bind_all(kSealingStep);
    while (true) {
      const absl::StatusOr<bool> row = read.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      Row& taken = rows.emplace_back(Row{std::string(read.text(0)), std::string(read.text(1)), {}});
      taken.values = {
          {std::string(read.blob(2)), hold_place("basket", taken.register_id, taken.request_id)},
          {std::string(read.blob(3)), hold_place("request", taken.register_id, taken.request_id)},
          {std::string(read.blob(4)),
           hold_context_place(taken.register_id, taken.request_id,
                              {read.text(5), read.int64(6), read.int64(7)})}};
      absl::Status sealed = seal_values(seal, is_hold_in_clear(taken.values), taken.values);
      if (!sealed.ok()) return sealed;
    }
  }
  for (const Row& row : rows) {
    Statement store = connection.statement(kSealHold);
    store.bind_all(row.register_id, row.request_id, Blob{row.values[0].bytes},
                   Blob{row.values[1].bytes}, Blob{row.values[2].bytes});
    absl::Status stored = store.execute();
    if (!stored.ok()) return stored;
  }
  return !rows.empty();
}

absl::StatusOr<bool> seal_some(Connection& connection, const JournalSeal& seal) {
  absl::StatusOr<Transaction> transaction = Transaction::begin(connection);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<bool> any_entry = seal_some_entries(connection, seal);
  if (!any_entry.ok()) return any_entry;
  const absl::StatusOr<bool> any_hold = seal_some_holds(connection, seal);
  if (!any_hold.ok()) return any_hold;
  absl::Status committed = transaction->commit();
  if (!committed.ok()) return committed;
  return *any_entry || *any_hold;
}

// Copies that were made before migrations, of this file and by this name.
std::vector<std::string> copies_of(const std::string& path) {
  auto copies = files_starting_with(path + ".before-");
  if (copies.ok()) return *std::move(copies);
  spdlog::error("event=journal_copies_not_listed message=\"{}\"",
                absl::Utf8SafeCEscape(copies.status().message()));
  return {};
}

absl::Status forget_what_was_in_clear(Connection& connection) {
  absl::Status done = connection.rewrite_file();
  if (!done.ok()) return done;
  const absl::StatusOr<bool> is_empty = connection.empty_wal();
  if (!is_empty.ok()) return is_empty.status();
  return *is_empty ? absl::OkStatus() : absl::UnavailableError("somebody reads the file");
}

}  // namespace

absl::Status seal_rows_in_clear(Connection& connection, const JournalSeal& seal) {
  absl::Status others_sealed = seal_programs(connection, seal);
  if (others_sealed.ok()) others_sealed = seal_places(connection, seal);
  if (!others_sealed.ok()) return others_sealed;
  bool any_sealed = false;
  while (true) {
    const absl::StatusOr<bool> sealed = seal_some(connection, seal);
    if (!sealed.ok()) return sealed.status();
    if (!*sealed) break;
    any_sealed = true;
  }
  // The copies go last: they are also what says that this is not finished.
  const std::vector<std::string> copies = copies_of(connection.path());
  if (!any_sealed && copies.empty()) return absl::OkStatus();
  const absl::Status forgotten = forget_what_was_in_clear(connection);
  if (!forgotten.ok()) {
    spdlog::error("event=journal_not_rewritten message=\"{}\"",
                  absl::Utf8SafeCEscape(forgotten.message()));
    return absl::OkStatus();
  }
  for (const std::string& copy : copies) {
    std::error_code failed;
    std::filesystem::remove(copy, failed);
    if (failed) spdlog::error("event=journal_copy_stays message=\"{}\"", failed.message());
  }
  return absl::OkStatus();
}

}  // namespace moadon::agent
