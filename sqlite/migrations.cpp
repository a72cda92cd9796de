#include "sqlite/migrations.h"

#include <sqlite3.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/refusal.h"
#include "sqlite/backup.h"
#include "sqlite/error.h"
#include "sqlite/transaction.h"

namespace moadon::sqlite {
namespace {

struct FileState {
  int64_t application_id = 0;
  int64_t version = 0;
  int64_t object_count = 0;
};

absl::StatusOr<FileState> read_state(Connection& connection) {
  FileState state;
  const std::pair<const char*, int64_t*> questions[] = {
      {"PRAGMA application_id", &state.application_id},
      {"PRAGMA user_version", &state.version},
      {"SELECT count(*) FROM sqlite_schema", &state.object_count},
  };
  for (const auto& [question, answer] : questions) {
    const absl::StatusOr<int64_t> value = connection.query_int64(question);
    if (!value.ok()) return value.status();
    *answer = *value;
  }
  return state;
}

absl::Status foreign_file(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is not a database of this program; it was left as it is"));
}

absl::Status check_state(const FileState& state, const std::string& path, const Schema& schema) {
  const bool is_new = state.application_id == 0 && state.version == 0 && state.object_count == 0;
  if (!is_new && state.application_id != schema.application_id) return foreign_file(path);
  const auto ours = static_cast<int64_t>(schema.migrations.size());
  if (state.version < 0) return foreign_file(path);
  if (state.version <= ours) return absl::OkStatus();
  const std::string theirs_text = absl::StrCat(state.version);
  const std::string ours_text = absl::StrCat(ours);
  return refuse(v1::REASON_VERSION_MISMATCH,
                absl::StrCat(path, " has version ", theirs_text, ", this program knows up to ",
                             ours_text, "; use a newer program"),
                {{"theirs", theirs_text}, {"ours", ours_text}});
}

absl::StatusOr<FileState> state_of_file(const std::string& path, ConnectionOptions options) {
  options.access = Access::kReader;
  const auto reader = Connection::open(path, options);
  if (!reader.ok()) return reader.status();
  return read_state(**reader);
}

// Undoes what a crash left half done while the file was not in WAL mode yet. Reading is what makes
// SQLite do so, on a connection that may write.
absl::Status roll_back_journal(const std::string& path, const ConnectionOptions& options) {
  sqlite3* handle = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE,
                             options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (code == SQLITE_OK) {
    sqlite3_busy_timeout(handle, options.busy_timeout_ms);
    code = sqlite3_exec(handle, "PRAGMA schema_version", nullptr, nullptr, nullptr);
  }
  absl::Status done =
      code == SQLITE_OK ? absl::OkStatus() : error_of(handle, code, "roll back " + path);
  sqlite3_close_v2(handle);
  return done;
}

// Looks at an existing file without changing it: opening it as a writer would turn WAL on.
absl::Status check_file(const std::string& path, const Schema& schema,
                        const ConnectionOptions& options) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  if (missing || size == 0) return absl::OkStatus();
  absl::StatusOr<FileState> state = state_of_file(path, options);
  if (code_of_error(state.status()) == SQLITE_READONLY_ROLLBACK) {
    absl::Status rolled_back = roll_back_journal(path, options);
    if (!rolled_back.ok()) return rolled_back;
    state = state_of_file(path, options);
  }
  if ((code_of_error(state.status()) & 0xff) == SQLITE_NOTADB) return foreign_file(path);
  if (!state.ok()) return state.status();
  return check_state(*state, path, schema);
}

absl::Status check_numbers(const Schema& schema) {
  int expected = 1;
  for (const Migration& migration : schema.migrations) {
    if (migration.number != expected++) {
      return absl::InternalError(absl::StrCat("migration out of order: ", migration.name));
    }
  }
  return schema.application_id != 0 ? absl::OkStatus()
                                    : absl::InternalError("schema without application_id");
}

absl::Status apply_in_transaction(Connection& connection, const Migration& migration,
                                  int32_t application_id) {
  absl::StatusOr<Transaction> transaction = Transaction::begin(connection);
  if (!transaction.ok()) return transaction.status();
  absl::Status applied = connection.exec(std::string(migration.sql));
  if (!applied.ok()) return applied;
  if (!connection.in_transaction()) {
    return absl::InternalError("a migration must not end its own transaction");
  }
  const absl::StatusOr<int64_t> violations =
      connection.query_int64("SELECT count(*) FROM pragma_foreign_key_check");
  if (!violations.ok()) return violations.status();
  if (*violations != 0) return absl::InternalError("foreign keys left unsatisfied");
  applied = connection.exec(absl::StrCat("PRAGMA application_id = ", application_id,
                                         "; PRAGMA user_version = ", migration.number));
  return applied.ok() ? transaction->commit() : applied;
}

absl::Status migrate(Connection& connection, const Schema& schema) {
  const absl::StatusOr<FileState> state = read_state(connection);
  if (!state.ok()) return state.status();
  const auto to_come = schema.migrations.subspan(static_cast<size_t>(state->version));
  if (to_come.empty()) return absl::OkStatus();
  if (state->object_count > 0) {
    absl::Status backed_up = back_up(
        connection, absl::StrFormat("%s.before-%04d", connection.path(), to_come.front().number));
    if (!backed_up.ok()) return backed_up;
  }
  // A table is changed in SQLite by replacing it, which foreign keys would turn into deletions.
  absl::Status done = connection.exec("PRAGMA foreign_keys = OFF");
  for (const Migration& migration : to_come) {
    if (!done.ok()) return done;
    done = apply_in_transaction(connection, migration, schema.application_id);
    if (!done.ok()) {
      return absl::Status(done.code(),
                          absl::StrCat("migration ", migration.name, ": ", done.message()));
    }
  }
  return done.ok() ? connection.exec("PRAGMA foreign_keys = ON") : done;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> open_migrated(const std::string& path,
                                                          const Schema& schema,
                                                          const ConnectionOptions& options) {
  absl::Status checked = check_numbers(schema);
  if (checked.ok()) checked = check_file(path, schema, options);
  if (!checked.ok()) return checked;
  auto connection = Connection::open(path, options);
  if (!connection.ok()) return connection.status();
  absl::Status migrated = migrate(**connection, schema);
  if (!migrated.ok()) return migrated;
  return connection;
}

}  // namespace moadon::sqlite
