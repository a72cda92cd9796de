#include "sqlite/connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sqlite/error.h"

namespace moadon::sqlite {
namespace {

int remember_wal_pages(void* wal_pages, sqlite3*, const char*, int pages) {
  *static_cast<int64_t*>(wal_pages) = pages;
  return SQLITE_OK;
}

int checkpoint_mode(Checkpoint mode) {
  switch (mode) {
    case Checkpoint::kPassive:
      return SQLITE_CHECKPOINT_PASSIVE;
    case Checkpoint::kRestart:
      return SQLITE_CHECKPOINT_RESTART;
    case Checkpoint::kTruncate:
      return SQLITE_CHECKPOINT_TRUNCATE;
  }
  return SQLITE_CHECKPOINT_PASSIVE;
}

// Where SQLite put $1, $2 ...: it numbers them by first appearance. Empty when they agree anyway.
absl::StatusOr<std::vector<int>> places_of_parameters(sqlite3_stmt* handle, int count) {
  std::vector<int> places(static_cast<size_t>(count), 0);
  bool in_order = true;
  for (int place = 1; place <= count; ++place) {
    const char* name = sqlite3_bind_parameter_name(handle, place);
    int number = 0;
    if (name == nullptr || *name != '$' || !absl::SimpleAtoi(name + 1, &number) || number < 1 ||
        number > count) {
      return absl::InternalError(
          absl::StrCat("sqlite: parameters must be $1 to $n: ", sqlite3_sql(handle)));
    }
    places[static_cast<size_t>(number - 1)] = place;
    in_order = in_order && number == place;
  }
  if (in_order) places.clear();
  return places;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::open(const std::string& path,
                                                             const ConnectionOptions& options) {
  // The constructor is private, so make_unique cannot reach it.
  std::unique_ptr<Connection> connection(new Connection(path));
  const int access = options.access == Access::kWriter ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                       : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(path.c_str(), &connection->handle_,
                                   access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (code != SQLITE_OK) return connection->error(code, absl::StrCat("open ", path));
  absl::Status configured = connection->configure(options);
  if (!configured.ok()) return configured;
  return connection;
}

Connection::~Connection() {
  statements_.clear();
  sqlite3_close_v2(handle_);
}

absl::Status Connection::configure(const ConnectionOptions& options) {
  set_busy_timeout(options.busy_timeout_ms);
  const std::pair<int, int> switches[] = {
      {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}, {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
      {SQLITE_DBCONFIG_DEFENSIVE, 1},        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DQS_DML, 0},          {SQLITE_DBCONFIG_DQS_DDL, 0},
  };
  for (const auto& [option, value] : switches) {
    const int code = sqlite3_db_config(handle_, option, value, nullptr);
    if (code != SQLITE_OK) return error(code, "configure");
  }
  // Off before the hook: turning it off takes the place of whatever hook there is.
  sqlite3_wal_autocheckpoint(handle_, 0);
  sqlite3_wal_hook(handle_, remember_wal_pages, &wal_pages_);
  // Temporary b-trees and the journals of savepoints belong in memory, not in /tmp.
  absl::Status done =
      exec(absl::StrCat("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -", options.cache_kib));
  if (!done.ok() || options.access == Access::kReader) return done;
  return configure_writer(options);
}

absl::Status Connection::configure_writer(const ConnectionOptions& options) {
  absl::Status done = exec("PRAGMA journal_mode = WAL");
  if (!done.ok()) return done;
  // SQLite says nothing when it cannot change the mode.
  const absl::StatusOr<int64_t> is_wal =
      query_int64("SELECT journal_mode = 'wal' FROM pragma_journal_mode");
  if (!is_wal.ok()) return is_wal.status();
  if (*is_wal != 1) return absl::InternalError(absl::StrCat("sqlite: no WAL for ", path_));
  // What is deleted is overwritten, not only forgotten.
  done = exec("PRAGMA secure_delete = ON");
  if (!done.ok()) return done;
  return exec(options.synchronous == Synchronous::kFull ? "PRAGMA synchronous = FULL"
                                                        : "PRAGMA synchronous = NORMAL");
}

absl::Status Connection::error(int code, absl::string_view doing) {
  met_full_disk_ = met_full_disk_ || is_full_disk(code);
  met_other_fatal_error_ = met_other_fatal_error_ || (is_fatal(code) && !is_full_disk(code));
  return error_of(handle_, code, doing);
}

Statement Connection::statement(Sql sql) {
  const auto kept = statements_.find(sql.text().data());
  if (kept != statements_.end() && kept->second != nullptr) {
    return Statement(*this, std::move(kept->second));
  }
  absl::StatusOr<std::unique_ptr<PreparedStatement>> prepared = prepare(sql.text());
  if (!prepared.ok()) return Statement(*this, prepared.status());
  return Statement(*this, *std::move(prepared));
}

absl::StatusOr<std::unique_ptr<PreparedStatement>> Connection::prepare(absl::string_view sql) {
  auto prepared = std::make_unique<PreparedStatement>();
  prepared->key = sql.data();
  const int code =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared->handle, /*pzTail=*/nullptr);
  if (code != SQLITE_OK) return error(code, sql);
  if (prepared->handle == nullptr) return absl::InternalError("sqlite: empty statement");
  prepared->parameter_count = sqlite3_bind_parameter_count(prepared->handle);
  auto places = places_of_parameters(prepared->handle, prepared->parameter_count);
  if (!places.ok()) return places.status();
  prepared->parameter_places = *std::move(places);
  return prepared;
}

void Connection::give_back(std::unique_ptr<PreparedStatement> prepared) {
  std::unique_ptr<PreparedStatement>& place = statements_[prepared->key];
  if (place == nullptr) place = std::move(prepared);
}

absl::Status Connection::exec(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : error(code, sql.substr(0, sql.find('\n')));
}

absl::StatusOr<int64_t> Connection::query_int64(const std::string& sql) {
  auto prepared = prepare(sql);
  if (!prepared.ok()) return prepared.status();
  const int code = sqlite3_step((*prepared)->handle);
  if (code == SQLITE_ROW) return sqlite3_column_int64((*prepared)->handle, 0);
  if (code == SQLITE_DONE) return absl::InternalError(absl::StrCat("sqlite: no row: ", sql));
  return error(code, sql);
}

int64_t Connection::changes() const { return sqlite3_changes64(handle_); }

int64_t Connection::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

bool Connection::has_deferred_violations() const {
  int pending = 0;
  int unused = 0;
  sqlite3_db_status(handle_, SQLITE_DBSTATUS_DEFERRED_FKS, &pending, &unused, /*resetFlg=*/0);
  return pending != 0;
}

void Connection::abandon_transaction() {
  if (!in_transaction() && sqlite3_txn_state(handle_, nullptr) == SQLITE_TXN_NONE) return;
  for (sqlite3_stmt* each = sqlite3_next_stmt(handle_, nullptr); each != nullptr;
       each = sqlite3_next_stmt(handle_, each)) {
    sqlite3_reset(each);
  }
  if (in_transaction()) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

absl::Status Connection::checkpoint(Checkpoint mode) {
  const int code = sqlite3_wal_checkpoint_v2(handle_, /*zDb=*/"main", checkpoint_mode(mode),
                                             /*pnLog=*/nullptr, /*pnCkpt=*/nullptr);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return absl::OkStatus();
  return error(code, "checkpoint");
}

absl::StatusOr<bool> Connection::empty_wal() {
  const int code = sqlite3_wal_checkpoint_v2(handle_, /*zDb=*/"main", SQLITE_CHECKPOINT_TRUNCATE,
                                             /*pnLog=*/nullptr, /*pnCkpt=*/nullptr);
  if ((code & 0xff) == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) return error(code, "empty the WAL");
  wal_pages_ = 0;
  return true;
}

absl::Status Connection::rewrite_file() {
  // In memory the copy would need as much of it as the file is large.
  absl::Status done = exec("PRAGMA temp_store = FILE");
  if (done.ok()) done = exec("VACUUM");
  const absl::Status restored = exec("PRAGMA temp_store = MEMORY");
  return done.ok() ? restored : done;
}

absl::StatusOr<size_t> Connection::read_file(int64_t offset, absl::Span<char> bytes) {
  sqlite3_file* file = nullptr;
  int code = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  sqlite3_int64 size = 0;
  if (code == SQLITE_OK) code = file->pMethods->xFileSize(file, &size);
  if (code != SQLITE_OK) return error(code, "size of the file");
  if (offset >= size) return 0;
  const auto count =
      static_cast<int>(std::min<int64_t>(size - offset, static_cast<int64_t>(bytes.size())));
  code = file->pMethods->xRead(file, bytes.data(), count, offset);
  if (code != SQLITE_OK) return error(code, "read the file");
  return static_cast<size_t>(count);
}

void Connection::set_busy_timeout(int timeout_ms) { sqlite3_busy_timeout(handle_, timeout_ms); }

}  // namespace moadon::sqlite
