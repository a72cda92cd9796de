#include "client/agent/journal_salvage.h"

#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <unistd.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/agent/journal_damaged_files.h"
#include "client/agent/journal_rows.h"
#include "client/agent/journal_transfer.h"
#include "moadon_agent_migrations.h"
#include "rules/refusal.h"
#include "sqlite/error.h"
#include "sqlite/migrations.h"
#include "sqlite/schema_text.h"
#include "sqlite/wal_file.h"

namespace moadon::agent {
namespace {

using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

sqlite::Schema journal_schema() {
  return {.application_id = kJournalApplicationId, .migrations = moadon_agent_migrations()};
}

constexpr Sql kWriteNothing{"DELETE FROM undelivered WHERE 0"};

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

// Makes the new file, whole and on the disk: only at the end is there anything to lose.
absl::StatusOr<Salvaged> make_new_file(const DamagedFiles& files, const JournalSeal& seal) {
  auto connection = sqlite::open_migrated(files.draft(), journal_schema(),
                                          {.synchronous = sqlite::Synchronous::kNormal});
  if (!connection.ok()) return connection.status();
  auto salvaged = transfer_journal(**connection, files.path(), seal);
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
