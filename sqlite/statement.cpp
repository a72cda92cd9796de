#include "sqlite/statement.h"

#include <sqlite3.h>

#include <utility>

#include "sqlite/connection.h"
#include "sqlite/error.h"

namespace moadon::sqlite {

PreparedStatement::~PreparedStatement() { sqlite3_finalize(handle); }

Statement::Statement(Connection& connection, std::unique_ptr<PreparedStatement> prepared)
    : connection_(&connection), prepared_(std::move(prepared)) {}

Statement::Statement(Connection& connection, absl::Status error)
    : connection_(&connection), error_(std::move(error)) {}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      prepared_(std::move(other.prepared_)),
      running_(std::exchange(other.running_, false)),
      error_(std::move(other.error_)) {}

Statement::~Statement() {
  if (prepared_ == nullptr) return;
  reset();
  if (prepared_->parameter_count > 0) sqlite3_clear_bindings(prepared_->handle);
  connection_->give_back(std::move(prepared_));
}

void Statement::bind(int index, absl::string_view text) {
  if (prepared_ == nullptr) return;
  // A null pointer would bind NULL instead of the empty text.
  const char* data = text.data() == nullptr ? "" : text.data();
  note(sqlite3_bind_text64(prepared_->handle, place_of(index), data, text.size(), SQLITE_TRANSIENT,
                           SQLITE_UTF8));
}

void Statement::bind(int index, Blob blob) {
  if (prepared_ == nullptr) return;
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  note(sqlite3_bind_blob64(prepared_->handle, place_of(index), data, blob.bytes.size(),
                           SQLITE_TRANSIENT));
}

void Statement::bind(int index, std::nullptr_t) {
  if (prepared_ == nullptr) return;
  note(sqlite3_bind_null(prepared_->handle, place_of(index)));
}

void Statement::bind_int64(int index, int64_t value) {
  if (prepared_ == nullptr) return;
  note(sqlite3_bind_int64(prepared_->handle, place_of(index), value));
}

void Statement::check_bound_count(int count) {
  if (prepared_ != nullptr && count != prepared_->parameter_count) note(SQLITE_RANGE);
}

int Statement::place_of(int index) const {
  const std::vector<int>& places = prepared_->parameter_places;
  if (places.empty()) return index;
  return index >= 1 && index <= static_cast<int>(places.size()) ? places[index - 1] : 0;
}

void Statement::note(int code) {
  if (code != SQLITE_OK && error_.ok()) error_ = connection_->error(code, "bind");
}

absl::StatusOr<bool> Statement::step() {
  if (!error_.ok()) return error_;
  if (prepared_ == nullptr) return absl::InternalError("sqlite: step of a statement moved from");
  running_ = true;
  const int code = sqlite3_step(prepared_->handle);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  absl::Status failure = connection_->error(code, sqlite3_sql(prepared_->handle));
  reset();
  return failure;
}

absl::Status Statement::execute() {
  while (true) {
    const absl::StatusOr<bool> row = step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

void Statement::reset() {
  // The code that reset returns repeats what the last step said.
  if (std::exchange(running_, false)) sqlite3_reset(prepared_->handle);
}

int64_t Statement::int64(int column) const {
  return sqlite3_column_int64(prepared_->handle, column);
}

absl::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(prepared_->handle, column));
  if (data == nullptr) return {};
  return {data, static_cast<size_t>(sqlite3_column_bytes(prepared_->handle, column))};
}

absl::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(prepared_->handle, column));
  if (data == nullptr) return {};
  return {data, static_cast<size_t>(sqlite3_column_bytes(prepared_->handle, column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(prepared_->handle, column) == SQLITE_NULL;
}

std::optional<int64_t> Statement::optional_int64(int column) const {
  if (is_null(column)) return std::nullopt;
  return int64(column);
}

std::optional<absl::string_view> Statement::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

}  // namespace moadon::sqlite
