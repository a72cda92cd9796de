// What is done to the journal's file before anybody uses it: old rows are sealed, and everything
// that is not delivered is judged.
#include <spdlog/spdlog.h>

#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/journal_rows.h"
#include "sqlite/transaction.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;
using sqlite::Transaction;

constexpr int kSealingStep = 500;

// A damaged count must not lead to a place that is taken.
constexpr Sql kCountOn{
    "INSERT INTO register (register_id, last_sequence) "
    "SELECT register_id, max(sequence) FROM entry GROUP BY register_id "
    "ON CONFLICT (register_id) DO UPDATE SET last_sequence = "
    "max(last_sequence, excluded.last_sequence)"};

constexpr Sql kBacklog{
    "SELECT e.register_id, e.sequence, e.receipt, e.kind, e.content, e.context, e.amount_minor, "
    "e.points_minor, e.points_milli, e.gift_balance_minor, e.commit_time_us, e.sale_register_id, "
    "e.sale_receipt, e.branch_id, e.business_day, e.minute_of_day, e.form, e.previous_chain, "
    "e.chain, u.register_id, u.sequence, u.is_altered FROM undelivered u LEFT JOIN entry e "
    "ON e.register_id = u.register_id AND e.sequence = u.sequence "
    "ORDER BY u.register_id, u.sequence"};
constexpr Sql kTakeBack{
    "UPDATE undelivered SET is_altered = 0 WHERE register_id = $1 AND sequence = $2"};

constexpr Sql kOpenHolds{
    "SELECT register_id, request_id, basket, request, context FROM hold "
    "WHERE state IN (1, 2, 4) AND is_sealed = 1"};
constexpr Sql kEndHold{"UPDATE hold SET state = 5 WHERE register_id = $1 AND request_id = $2"};

constexpr Sql kForgetBacklog{"DELETE FROM undelivered"};
constexpr Sql kEnqueueAll{
    "INSERT INTO undelivered (register_id, sequence, is_kept_back) "
    "SELECT register_id, sequence, 0 FROM entry WHERE true ON CONFLICT DO NOTHING"};

constexpr Sql kPlaces{
    "SELECT u.register_id, u.sequence, u.is_altered, e.entry_id FROM undelivered u LEFT JOIN entry "
    "e "
    "ON e.register_id = u.register_id AND e.sequence = u.sequence"};
constexpr Sql kKeepPlace{
    "INSERT INTO undelivered (register_id, sequence, is_kept_back, is_altered) "
    "VALUES ($1, $2, 0, 1) ON CONFLICT DO NOTHING"};

struct EntryPlace {
  std::string register_id;
  int64_t sequence = 0;
};

// Places of the backlog without an entry.
struct EmptyPlaces {
  std::vector<EntryPlace> all;
  bool any_new = false;  // not set aside before
};

absl::StatusOr<EmptyPlaces> empty_places(Connection& connection) {
  EmptyPlaces places;
  Statement read = connection.statement(kPlaces);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return places;
    if (!read.is_null(3)) continue;
    places.all.push_back({std::string(read.text(0)), read.int64(1)});
    places.any_new = places.any_new || read.int64(2) == 0;
  }
}

absl::Status deliver_all_again(Connection& connection, const EmptyPlaces& empty) {
  absl::StatusOr<Transaction> transaction = Transaction::begin(connection);
  if (!transaction.ok()) return transaction.status();
  absl::Status done = connection.statement(kForgetBacklog).execute();
  if (done.ok()) done = connection.statement(kEnqueueAll).execute();
  for (const EntryPlace& place : empty.all) {
    if (!done.ok()) return done;
    Statement keep = connection.statement(kKeepPlace);
    keep.bind_all(place.register_id, place.sequence);
    done = keep.execute();
  }
  return done.ok() ? transaction->commit() : done;
}

// Damage may have swallowed places of the backlog, or made others of them: then it is made anew,
// and everything that is here goes to the server again, which records it once.
void mend_backlog(Connection& connection) {
  const absl::StatusOr<EmptyPlaces> empty = empty_places(connection);
  if (empty.ok() && !empty->any_new) return;
  // A place is kept though its entry is gone: it is how people hear of it.
  absl::Status mended = connection.exec("PRAGMA foreign_keys = OFF");
  if (mended.ok()) mended = deliver_all_again(connection, empty.value_or(EmptyPlaces()));
  mended.Update(connection.exec("PRAGMA foreign_keys = ON"));
  spdlog::error("event=journal_damaged all_delivered_again={}", mended.ok());
}

// What changed since the last opening.
struct Judgement {
  std::vector<EntryPlace> altered;
  std::vector<EntryPlace> whole_again;
};

absl::StatusOr<Judgement> judge(Connection& connection, const JournalSeal& seal) {
  Judgement judgement;
  Statement read = connection.statement(kBacklog);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return judgement;
    absl::StatusOr<bool> is_whole = false;
    if (!read.is_null(1)) is_whole = is_unaltered(connection, seal, entry_in(read, seal));
    if (!is_whole.ok()) return is_whole.status();
    const bool was_whole = read.int64(21) == 0;
    if (*is_whole == was_whole) continue;
    auto& changed = *is_whole ? judgement.whole_again : judgement.altered;
    changed.push_back({std::string(read.text(19)), read.int64(20)});
  }
}

absl::Status end_unreadable_holds(Connection& connection, const JournalSeal& seal) {
  std::vector<std::pair<std::string, std::string>> unreadable;
  {
    Statement read = connection.statement(kOpenHolds);
    while (true) {
      const absl::StatusOr<bool> row = read.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      const absl::string_view register_id = read.text(0);
      const absl::string_view request_id = read.text(1);
      if (seal.open(read.blob(2), hold_place("basket", register_id, request_id)) &&
          seal.open(read.blob(3), hold_place("request", register_id, request_id)) &&
          seal.open(read.blob(4), hold_place("context", register_id, request_id))) {
        continue;
      }
      unreadable.emplace_back(register_id, request_id);
    }
  }
  for (const auto& [register_id, request_id] : unreadable) {
    Statement end = connection.statement(kEndHold);
    end.bind_all(register_id, request_id);
    absl::Status ended = end.execute();
    if (!ended.ok()) return ended;
    spdlog::error("event=hold_unreadable register={}", absl::Utf8SafeCEscape(register_id));
  }
  return absl::OkStatus();
}

constexpr Sql kEntriesInClear{
    "SELECT entry_id, register_id, sequence, content, context FROM entry "
    "WHERE form = 0 AND chain IS NULL AND previous_chain IS NULL ORDER BY entry_id LIMIT $1"};
constexpr Sql kSealEntry{
    "UPDATE entry SET content = $2, context = $3, form = 1 WHERE entry_id = $1"};
constexpr Sql kHoldsInClear{
    "SELECT register_id, request_id, basket, request, context FROM hold WHERE is_sealed = 0 "
    "ORDER BY register_id, request_id LIMIT $1"};
constexpr Sql kSealHold{
    "UPDATE hold SET basket = $3, request = $4, context = $5, is_sealed = 1 "
    "WHERE register_id = $1 AND request_id = $2"};

// Each seals some rows and says whether there were any.
absl::StatusOr<bool> seal_some_entries(Connection& connection, const JournalSeal& seal) {
  struct Row {
    int64_t entry_id = 0;
    absl::StatusOr<std::string> content;
    absl::StatusOr<std::string> context;
  };
  std::vector<Row> rows;
  {
    Statement read = connection.statement(kEntriesInClear);
    read.bind_all(kSealingStep);
    while (true) {
      const absl::StatusOr<bool> row = read.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      rows.push_back(
          {read.int64(0),
           seal.seal(read.blob(3), entry_place("content", read.text(1), read.int64(2))),
           seal.seal(read.blob(4), entry_place("context", read.text(1), read.int64(2)))});
    }
  }
  for (const Row& row : rows) {
    if (!row.content.ok()) return row.content.status();
    if (!row.context.ok()) return row.context.status();
    Statement store = connection.statement(kSealEntry);
    store.bind_all(row.entry_id, Blob{*row.content}, Blob{*row.context});
    absl::Status stored = store.execute();
    if (!stored.ok()) return stored;
  }
  return !rows.empty();
}

absl::StatusOr<bool> seal_some_holds(Connection& connection, const JournalSeal& seal) {
  struct Row {
    std::string register_id;
    std::string request_id;
    std::vector<std::string> sealed;
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
      int column = 2;
      for (const char* name : {"basket", "request", "context"}) {
        auto sealed =
            seal.seal(read.blob(column++), hold_place(name, taken.register_id, taken.request_id));
        if (!sealed.ok()) return sealed.status();
        taken.sealed.push_back(*std::move(sealed));
      }
    }
  }
  for (const Row& row : rows) {
    Statement store = connection.statement(kSealHold);
    store.bind_all(row.register_id, row.request_id, Blob{row.sealed[0]}, Blob{row.sealed[1]},
                   Blob{row.sealed[2]});
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
std::vector<std::filesystem::path> copies_of(const std::string& path) {
  const std::filesystem::path file(path);
  const std::string start = absl::StrCat(file.filename().string(), ".before-");
  std::vector<std::filesystem::path> copies;
  std::error_code unreadable;
  for (const auto& found : std::filesystem::directory_iterator(
           file.has_parent_path() ? file.parent_path() : ".", unreadable)) {
    if (absl::StartsWith(found.path().filename().string(), start)) copies.push_back(found.path());
  }
  return copies;
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
  absl::Status programs_sealed = seal_programs(connection, seal);
  if (!programs_sealed.ok()) return programs_sealed;
  bool any_sealed = false;
  while (true) {
    const absl::StatusOr<bool> sealed = seal_some(connection, seal);
    if (!sealed.ok()) return sealed.status();
    if (!*sealed) break;
    any_sealed = true;
  }
  // The copies go last: they are also what says that this is not finished.
  const std::vector<std::filesystem::path> copies = copies_of(connection.path());
  if (!any_sealed && copies.empty()) return absl::OkStatus();
  const absl::Status forgotten = forget_what_was_in_clear(connection);
  if (!forgotten.ok()) {
    spdlog::error("event=journal_not_rewritten message=\"{}\"",
                  absl::Utf8SafeCEscape(forgotten.message()));
    return absl::OkStatus();
  }
  for (const std::filesystem::path& copy : copies) {
    std::error_code failed;
    std::filesystem::remove(copy, failed);
    if (failed) spdlog::error("event=journal_copy_stays message=\"{}\"", failed.message());
  }
  return absl::OkStatus();
}

absl::Status judge_backlog(Connection& connection, const JournalSeal& seal) {
  mend_backlog(connection);
  absl::StatusOr<Transaction> transaction = Transaction::begin(connection);
  if (!transaction.ok()) return transaction.status();
  absl::Status done = connection.statement(kCountOn).execute();
  if (!done.ok()) return done;
  const absl::StatusOr<Judgement> judgement = judge(connection, seal);
  if (!judgement.ok()) return judgement.status();
  for (const EntryPlace& place : judgement->altered) {
    done = set_aside(connection, place.register_id, {place.sequence});
    if (!done.ok()) return done;
  }
  for (const EntryPlace& place : judgement->whole_again) {
    Statement take_back = connection.statement(kTakeBack);
    take_back.bind_all(place.register_id, place.sequence);
    done = take_back.execute();
    if (!done.ok()) return done;
    spdlog::info("event=entry_whole_again register={} sequence={}", place.register_id,
                 place.sequence);
  }
  done = end_unreadable_holds(connection, seal);
  return done.ok() ? transaction->commit() : done;
}

}  // namespace moadon::agent
