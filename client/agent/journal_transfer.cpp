#include "client/agent/journal_transfer.h"

#include <spdlog/spdlog.h>

#include "absl/functional/function_ref.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/agent/journal_rows.h"
#include "client/agent/journal_wreck.h"
#include "sqlite/error.h"
#include "sqlite/transaction.h"

namespace moadon::agent {
namespace {

using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr absl::string_view kBacklogTable = "undelivered";

// True: it was not there.
absl::StatusOr<bool> add_found(Connection& connection, const FoundEntry& found) {
  EntryRow new_row{found.entry, found.sealed_content, found.sealed_context, found.entry_id};
  absl::Status added = insert_entry_row(connection, new_row);
  if (sqlite::is_constraint(added)) {
    new_row.entry_id.reset();  // altered, or taken by one whose number was; or it is here
    added = insert_entry_row(connection, new_row);
  }
  if (sqlite::is_constraint(added)) return false;
  if (!added.ok()) return added;
  return true;
}

constexpr Sql kAttach{"ATTACH $1 AS damaged"};
constexpr Sql kDetach{"DETACH damaged"};
// Its journal gets another name.
constexpr Sql kRegisters{
    "INSERT OR IGNORE INTO main.register (register_id, last_sequence) "
    "SELECT register_id, last_sequence FROM damaged.register"};
// What the server gives anew is left out.
constexpr Sql kOtherTables{
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT IN "
    "('entry', 'register', 'program', 'register_place', 'right_lease', 'budget_slice', "
    "'lease_turn')"};
// A version before may have fewer. NULL: it has not even the table.
constexpr Sql kSharedColumns{
    "SELECT group_concat(ours.name, ', ') FROM pragma_table_info($1, 'main') ours "
    "JOIN pragma_table_info($1, 'damaged') theirs ON theirs.name = ours.name"};

// False: it could not be read.
bool is_taken(const absl::Status& outcome) {
  if (!outcome.ok()) {
    spdlog::error("event=journal_table_lost message=\"{}\"",
                  absl::Utf8SafeCEscape(outcome.message()));
  }
  return outcome.ok();
}

absl::StatusOr<std::vector<std::string>> other_tables(Connection& connection) {
  std::vector<std::string> names;
  Statement read = connection.statement(kOtherTables);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return names;
    names.emplace_back(read.text(0));
  }
}

// NOT_FOUND: the damaged file has no such table.
absl::Status take_over_table(Connection& connection, const std::string& name) {
  std::string columns;
  {
    Statement shared = connection.statement(kSharedColumns);
    shared.bind_all(name);
    const absl::StatusOr<bool> row = shared.step();
    if (!row.ok()) return row.status();
    columns = std::string(shared.text(0));
  }
  if (columns.empty()) return absl::NotFoundError(absl::StrCat("no table ", name));
  // WHERE keeps SQLite from copying records as they stand, unread.
  return connection.exec(absl::StrCat("INSERT OR IGNORE INTO main.", name, " (", columns,
                                      ") SELECT ", columns, " FROM damaged.", name, " WHERE true"));
}

// What was read of the damaged file's tables.
struct TakenOver {
  bool has_registers = false;
  bool has_backlog = false;
  bool has_others = false;
};

// Takes over what SQLite can still read; rows that break a rule of their table stay behind.
absl::StatusOr<TakenOver> take_over_tables(Connection& connection, const std::string& path) {
  const auto tables = other_tables(connection);
  if (!tables.ok()) return tables.status();
  Statement attach = connection.statement(kAttach);
  attach.bind_all(path);
  TakenOver taken;
  if (!is_taken(attach.execute())) return taken;
  taken.has_registers = is_taken(connection.statement(kRegisters).execute());
  taken.has_others = true;
  for (const std::string& name : *tables) {
    const absl::Status outcome = take_over_table(connection, name);
    if (name == kBacklogTable) {
      taken.has_backlog = is_taken(outcome);
    } else if (!absl::IsNotFound(outcome)) {  // the version had no such table yet
      taken.has_others = is_taken(outcome) && taken.has_others;
    }
  }
  absl::Status detached = connection.statement(kDetach).execute();
  if (!detached.ok()) return detached;
  return taken;
}

// Places below an entry that is here, or counted, and without an entry of their own. `$1`: places
// up to the count are known, so one that is not in the backlog was delivered.
constexpr Sql kEnqueueMissing{
    "INSERT INTO undelivered (register_id, sequence, is_kept_back, is_altered) "
    "WITH RECURSIVE "
    "known (register_id, first, last, counted) AS ("
    " SELECT p.register_id, min(p.sequence), max(p.sequence), "
    "  coalesce((SELECT last_sequence FROM register r WHERE r.register_id = p.register_id), 0) "
    " FROM (SELECT register_id, sequence FROM entry "
    "  UNION ALL SELECT register_id, last_sequence FROM register WHERE last_sequence > 0) p "
    " GROUP BY p.register_id), "
    "place (register_id, sequence, last) AS ("
    " SELECT register_id, max(first, iif($1, counted, 0)), last FROM known "
    " UNION ALL SELECT register_id, sequence + 1, last FROM place WHERE sequence < last) "
    "SELECT register_id, sequence, 0, 1 FROM place WHERE NOT EXISTS (SELECT 1 FROM entry e "
    " WHERE e.register_id = place.register_id AND e.sequence = place.sequence) "
    " AND NOT EXISTS (SELECT 1 FROM register r WHERE $1 AND r.register_id = place.register_id "
    "  AND place.sequence <= r.last_sequence) "
    "LIMIT $2 ON CONFLICT DO NOTHING"};
constexpr Sql kMarkMissing{
    "UPDATE undelivered SET is_altered = NOT EXISTS (SELECT 1 FROM entry e "
    "WHERE e.register_id = undelivered.register_id AND e.sequence = undelivered.sequence)"};
constexpr int kMaxMissingPlaces = 10'000;

// Nobody knows what was delivered after the damage, nor whether all that was not is listed.
absl::Status enqueue_all(Connection& connection, bool has_places) {
  absl::Status done = enqueue_all_entries(connection);
  if (!done.ok()) return done;
  Statement enqueue_missing = connection.statement(kEnqueueMissing);
  enqueue_missing.bind_all(has_places ? 1 : 0, kMaxMissingPlaces);
  done = enqueue_missing.execute();
  if (done.ok()) done = connection.statement(kMarkMissing).execute();
  return done.ok() ? close_caps(connection) : done;
}

absl::Status insert_entries(Connection& connection, const std::string& path,
                            const JournalSeal& seal, Salvaged& salvaged) {
  return for_each_entry_in_wreck(path, seal, [&](const FoundEntry& found) -> absl::Status {
    const absl::StatusOr<bool> is_new = add_found(connection, found);
    if (is_new.ok() && *is_new) {
      ++salvaged.entry_count;
      salvaged.clear_count += found.was_in_clear ? 1 : 0;
    }
    return is_new.status();
  });
}

absl::Status in_transaction(Connection& connection, absl::FunctionRef<absl::Status()> work) {
  absl::StatusOr<sqlite::Transaction> transaction = sqlite::Transaction::begin(connection);
  if (!transaction.ok()) return transaction.status();
  absl::Status done = work();
  return done.ok() ? transaction->commit() : done;
}

}  // namespace

absl::StatusOr<Salvaged> transfer_journal(Connection& connection, const std::string& path,
                                          const JournalSeal& seal) {
  Salvaged salvaged;
  absl::Status done = connection.exec("PRAGMA foreign_keys = OFF");
  if (!done.ok()) return done;
  // First without SQLite: of some files it removes the log.
  done =
      in_transaction(connection, [&] { return insert_entries(connection, path, seal, salvaged); });
  if (!done.ok()) return done;
  const absl::StatusOr<TakenOver> taken = take_over_tables(connection, path);
  if (!taken.ok()) return taken.status();
  done = in_transaction(connection, [&] {
    return enqueue_all(connection, taken->has_registers && taken->has_backlog);
  });
  if (!done.ok()) return done;
  const absl::StatusOr<int64_t> missing_count =
      connection.query_int64("SELECT count(*) FROM undelivered WHERE is_altered = 1");
  if (!missing_count.ok()) return missing_count.status();
  salvaged.missing_count = *missing_count;
  salvaged.has_places = taken->has_registers;
  salvaged.is_all = taken->has_registers && taken->has_others && *missing_count == 0;
  return salvaged;
}

}  // namespace moadon::agent
