#include "client/agent/journal_salvage.h"

#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <unistd.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/journal_damaged_files.h"
#include "client/agent/journal_wreck.h"
#include "moadon_agent_migrations.h"
#include "rules/refusal.h"
#include "sqlite/error.h"
#include "sqlite/migrations.h"
#include "sqlite/schema_text.h"
#include "sqlite/transaction.h"
#include "sqlite/wal_file.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

sqlite::Schema journal_schema() {
  return {.application_id = kJournalApplicationId, .migrations = moadon_agent_migrations()};
}

constexpr Sql kWriteNothing{"DELETE FROM undelivered WHERE 0"};
constexpr absl::string_view kBacklogTable = "undelivered";

// The quick one leaves out whether indexes lead to their rows.
constexpr Sql kCheckFile{"PRAGMA integrity_check(1)"};

absl::Status check_pages(Connection& connection) {
  Statement check = connection.statement(kCheckFile);
  const absl::StatusOr<bool> row = check.step();
  if (!row.ok()) return row.status();
  if (*row && check.text(0) == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("integrity check: ", *row ? check.text(0) : ""));
}

// OK: SQLite can go on with it.
absl::Status check_whole(Connection& connection) {
  absl::Status checked = check_pages(connection);
  if (!checked.ok()) return checked;
  const absl::StatusOr<bool> is_ours = sqlite::has_tables_of(connection, journal_schema());
  if (!is_ours.ok()) return is_ours.status();
  return *is_ours ? absl::OkStatus() : absl::DataLossError("the tables are not the journal's");
}

// A file that an older program left is looked at before its tables are changed: what is damaged
// stays as it was found. Anything else is told by opening it.
absl::Status check_older(const std::string& path) {
  const auto reader = Connection::open(path, {.access = sqlite::Access::kReader});
  if (!reader.ok()) return absl::OkStatus();
  const absl::StatusOr<int64_t> version = (*reader)->query_int64("PRAGMA user_version");
  const auto ours = static_cast<int64_t>(moadon_agent_migrations().size());
  if (!version.ok() || *version == 0 || *version >= ours) return absl::OkStatus();
  return check_pages(**reader);
}

absl::StatusOr<std::unique_ptr<Connection>> open_whole(const std::string& path) {
  absl::Status checked = check_older(path);
  if (!checked.ok()) return checked;
  auto connection = sqlite::open_migrated(path, journal_schema());
  if (!connection.ok()) return connection;
  checked = check_whole(**connection);
  // What cannot be written is opened for reading only, and would say so at the first sale.
  if (checked.ok()) checked = (*connection)->statement(kWriteNothing).execute();
  if (!checked.ok()) return checked;
  // A log that goes on after a crash may hold rests of what was cut short then.
  absl::Status copied = (*connection)->checkpoint(sqlite::Checkpoint::kPassive);
  if (!copied.ok()) return copied;
  return connection;
}

// A file of a newer program says so; one that says so and has the tables of ours, or of one before
// it, was changed.
bool is_newer(const std::string& path) {
  const auto reader = Connection::open(path, {.access = sqlite::Access::kReader});
  if (!reader.ok()) return true;
  sqlite::Schema schema = journal_schema();
  for (; !schema.migrations.empty(); schema.migrations.remove_suffix(1)) {
    if (sqlite::has_tables_of(**reader, schema).value_or(false)) return false;
  }
  return true;
}

// Whether the file itself is why it could not be opened; else the disk is, or the system, or a
// newer program.
bool is_damage(const std::string& path, const absl::Status& failure) {
  if (reason_of(failure) == v1::REASON_VERSION_MISMATCH) return !is_newer(path);
  constexpr int kPrimaryCode = 0xff;
  const int code = sqlite::code_of_error(failure);
  switch (code & kPrimaryCode) {
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_INTERRUPT:
      return false;
    case SQLITE_READONLY:  // what a damaged head may say, too
      return code == SQLITE_READONLY && ::access(path.c_str(), W_OK) == 0;
    default:
      return !absl::IsUnavailable(failure) && !absl::IsResourceExhausted(failure);
  }
}

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

// Nobody knows what was delivered after the damage, nor whether all that was not is listed.
constexpr Sql kEnqueueFound{
    "INSERT INTO undelivered (register_id, sequence, is_kept_back) "
    "SELECT register_id, sequence, 0 FROM entry e WHERE NOT EXISTS (SELECT 1 FROM handed_over h "
    "WHERE h.register_id = e.register_id AND h.sequence = e.sequence) ON CONFLICT DO NOTHING"};
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

absl::Status enqueue_all(Connection& connection, bool has_places) {
  absl::Status done = connection.statement(kEnqueueFound).execute();
  if (!done.ok()) return done;
  Statement enqueue_missing = connection.statement(kEnqueueMissing);
  enqueue_missing.bind_all(has_places ? 1 : 0, kMaxMissingPlaces);
  done = enqueue_missing.execute();
  if (done.ok()) done = connection.statement(kMarkMissing).execute();
  return done.ok() ? close_caps(connection) : done;
}

struct Salvaged {
  int64_t entry_count = 0;
  int64_t clear_count = 0;  // of them: in clear, as a version before left them
  int64_t missing_count = 0;
  bool has_places = false;  // which places there are was read
  bool is_all = false;      // nothing of the damaged file was left behind
};

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

// First without SQLite: of some files it removes the log.
absl::StatusOr<Salvaged> fill(Connection& connection, const std::string& path,
                              const JournalSeal& seal) {
  Salvaged salvaged;
  absl::Status done = connection.exec("PRAGMA foreign_keys = OFF");
  if (!done.ok()) return done;
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

// Makes the new file, whole and on the disk: only at the end is there anything to lose.
absl::StatusOr<Salvaged> make_new_file(const DamagedFiles& files, const JournalSeal& seal) {
  auto connection = sqlite::open_migrated(files.draft(), journal_schema(),
                                          {.synchronous = sqlite::Synchronous::kNormal});
  if (!connection.ok()) return connection.status();
  auto salvaged = fill(**connection, files.path(), seal);
  if (!salvaged.ok()) return salvaged;
  const absl::StatusOr<bool> is_empty = (*connection)->empty_wal();
  if (!is_empty.ok()) return is_empty.status();
  if (!*is_empty) return absl::UnavailableError("somebody reads the new journal");
  return salvaged;
}

// What was in clear and is all in the new file, sealed, does not stay beside it.
absl::Status forget_what_was_in_clear(const DamagedFiles& files, const Salvaged& salvaged,
                                      std::string& kept) {
  if (salvaged.clear_count == 0) return absl::OkStatus();
  if (!salvaged.is_all) {
    spdlog::error("event=journal_in_clear_kept kept_as={}", absl::Utf8SafeCEscape(kept));
    return absl::OkStatus();
  }
  absl::Status removed = files.remove_kept(kept);
  if (removed.ok()) kept = "nothing";
  return removed;
}

absl::Status salvage(const std::string& path, const JournalSeal& seal, const absl::Status& cause) {
  const DamagedFiles files(path);
  spdlog::error("event=journal_damaged message=\"{}\"", absl::Utf8SafeCEscape(cause.message()));
  absl::StatusOr<std::string> kept = files.keep_damaged();
  if (!kept.ok()) return kept.status();
  absl::Status done = files.remove_draft();
  if (!done.ok()) return done;
  const auto salvaged = make_new_file(files, seal);
  if (!salvaged.ok()) return salvaged.status();
  done = files.decide();
  if (done.ok()) done = files.finish();
  if (done.ok()) done = forget_what_was_in_clear(files, *salvaged, *kept);
  if (!done.ok()) return done;
  spdlog::error("event=journal_salvaged entries={} missing={} kept_as={}", salvaged->entry_count,
                salvaged->missing_count, absl::Utf8SafeCEscape(*kept));
  if (salvaged->entry_count == 0 && !salvaged->has_places) {
    spdlog::critical(
        "event=journal_unreadable message=\"nothing in the journal can be read: which sales waited "
        "in it is not known; ask for help with kept_as before it is deleted\" kept_as={}",
        absl::Utf8SafeCEscape(*kept));
  }
  return done;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> open_journal_file(const std::string& path,
                                                              const JournalSeal& seal) {
  const DamagedFiles files(path);
  absl::Status finished = files.finish();
  if (!finished.ok()) return finished;
  const absl::StatusOr<sqlite::WalFrames> log = sqlite::read_wal(path + "-wal");
  if (!log.ok()) return log.status();
  // SQLite removes the log of an empty file.
  const bool is_log_alone = files.is_empty() && log->committed_count > 0;
  absl::Status failure = absl::DataLossError("committed entries in the log cannot be reached");
  if (!log->is_damaged && !is_log_alone) {
    auto connection = open_whole(path);
    if (connection.ok() || !is_damage(path, connection.status())) return connection;
    failure = connection.status();
  }
  absl::Status salvaged = salvage(path, seal, failure);
  if (!salvaged.ok()) return salvaged;
  return sqlite::open_migrated(path, journal_schema());
}

}  // namespace moadon::agent
