#include "tests/bench/raw_database.h"

#include <stdexcept>

namespace moadon::bench {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

// The values must outlive the step.
void bind(sqlite3_stmt* statement, std::span<const Value> values) {
  int place = 0;
  for (const Value& value : values) {
    ++place;
    const int size = static_cast<int>(value.bytes.size());
    if (value.type == SQLITE_INTEGER) {
      sqlite3_bind_int64(statement, place, value.integer);
    } else if (value.type == SQLITE_TEXT) {
      sqlite3_bind_text(statement, place, value.bytes.data(), size, SQLITE_STATIC);
    } else if (value.type == SQLITE_BLOB) {
      sqlite3_bind_blob(statement, place, value.bytes.data(), size, SQLITE_STATIC);
    } else {
      sqlite3_bind_null(statement, place);
    }
  }
}

Row read(sqlite3_stmt* statement) {
  Row row;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    Value value{.type = sqlite3_column_type(statement, column)};
    if (value.type == SQLITE_INTEGER) {
      value.integer = sqlite3_column_int64(statement, column);
    } else if (value.type != SQLITE_NULL) {
      value.bytes.assign(static_cast<const char*>(sqlite3_column_blob(statement, column)),
                         static_cast<size_t>(sqlite3_column_bytes(statement, column)));
    }
    row.push_back(std::move(value));
  }
  return row;
}

}  // namespace

Value text(std::string bytes) { return {.type = SQLITE_TEXT, .bytes = std::move(bytes)}; }

Value integer(int64_t number) { return {.type = SQLITE_INTEGER, .integer = number}; }

RawDatabase::RawDatabase(const std::string& path, int open_flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   open_flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr);
  handle_.reset(handle);
  check(code, path);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void RawDatabase::check(int code, const std::string& doing) const {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  throw std::runtime_error(doing + ": " + sqlite3_errmsg(handle_.get()));
}

void RawDatabase::execute(const std::string& sql) {
  check(sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr), sql);
}

sqlite3_stmt* RawDatabase::statement(const std::string& sql) {
  auto& kept = statements_[sql];
  if (kept == nullptr) {
    sqlite3_stmt* prepared = nullptr;
    check(sqlite3_prepare_v3(handle_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &prepared,
                             nullptr),
          sql);
    kept.reset(prepared);
  }
  return kept.get();
}

void RawDatabase::run(sqlite3_stmt* statement, std::span<const Value> arguments) {
  bind(statement, arguments);
  const int code = sqlite3_step(statement);
  if (code != SQLITE_DONE) check(code, sqlite3_sql(statement));
  sqlite3_reset(statement);
}

std::vector<Row> RawDatabase::select(const std::string& sql, std::span<const Value> arguments) {
  sqlite3_stmt* query = statement(sql);
  bind(query, arguments);
  std::vector<Row> rows;
  int code;
  while ((code = sqlite3_step(query)) == SQLITE_ROW) rows.push_back(read(query));
  check(code, sql);
  sqlite3_reset(query);
  return rows;
}

std::vector<std::string> RawDatabase::names(const std::string& sql) {
  std::vector<std::string> result;
  for (const Row& row : select(sql)) result.push_back(row.front().bytes);
  return result;
}

std::vector<std::string> RawDatabase::columns_of(const std::string& table) {
  return names("SELECT name FROM pragma_table_info('" + table + "')");
}

}  // namespace moadon::bench
