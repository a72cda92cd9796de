#include "sqlite/schema_text.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "sqlite/error.h"

namespace moadon::sqlite {
namespace {

constexpr char kTables[] = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name";
constexpr Sql kTablesOf{"SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"};

struct CloseDatabase {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

// Other versions of SQLite may space and quote otherwise what ALTER TABLE changed.
std::string without_spacing(absl::string_view text) {
  std::string bare(text);
  const auto is_spacing = [](unsigned char c) { return absl::ascii_isspace(c) || c == '"'; };
  bare.erase(std::remove_if(bare.begin(), bare.end(), is_spacing), bare.end());
  return bare;
}

int add_row(void* text, int count, char** values, char**) {
  for (int i = 0; i < count; ++i) {
    *static_cast<std::string*>(text) += without_spacing(values[i] != nullptr ? values[i] : "");
    *static_cast<std::string*>(text) += '\n';
  }
  return SQLITE_OK;
}

absl::StatusOr<std::string> made_by(const Schema& schema) {
  sqlite3* handle = nullptr;
  int code = sqlite3_open_v2(":memory:", &handle,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                             /*zVfs=*/nullptr);
  const Database database(handle);
  for (const Migration& migration : schema.migrations) {
    if (code != SQLITE_OK) break;
    code = sqlite3_exec(handle, std::string(migration.sql).c_str(), nullptr, nullptr, nullptr);
  }
  std::string text;
  if (code == SQLITE_OK) code = sqlite3_exec(handle, kTables, add_row, &text, nullptr);
  if (code != SQLITE_OK) return error_of(handle, code, "make the tables in memory");
  return text;
}

}  // namespace

absl::StatusOr<bool> has_tables_of(Connection& connection, const Schema& schema) {
  const absl::StatusOr<std::string> expected = made_by(schema);
  if (!expected.ok()) return expected.status();
  std::string found;
  Statement read = connection.statement(kTablesOf);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return found == *expected;
    for (int column = 0; column < 3; ++column) {
      found += without_spacing(read.text(column));
      found += '\n';
    }
  }
}

}  // namespace moadon::sqlite
