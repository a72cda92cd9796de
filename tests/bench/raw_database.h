// The SQLite C API with no more around it than the reference needs.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace moadon::bench {

// A value as SQLite keeps it.
struct Value {
  int type = SQLITE_NULL;
  int64_t integer = 0;
  std::string bytes = {};
  bool operator==(const Value&) const = default;
};
using Row = std::vector<Value>;

Value text(std::string bytes);
Value integer(int64_t number);

// A connection and the statements prepared on it. Never checkpoints when it closes. Throws
// std::runtime_error. For one thread.
class RawDatabase final {
 public:
  RawDatabase(const std::string& path, int open_flags);

  sqlite3* handle() const { return handle_.get(); }
  void execute(const std::string& sql);
  // Prepared once per text.
  sqlite3_stmt* statement(const std::string& sql);
  // Runs a statement that gives no rows.
  void run(sqlite3_stmt* statement, std::span<const Value> arguments = {});
  std::vector<Row> select(const std::string& sql, std::span<const Value> arguments = {});
  // The first column of a text query.
  std::vector<std::string> names(const std::string& sql);
  std::vector<std::string> columns_of(const std::string& table);

 private:
  void check(int code, const std::string& doing) const;

  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace moadon::bench
