// Prepared statements: SQL known when the program is built, prepared once per connection, used
// often.
//
//   constexpr Sql kFindKey{"SELECT member_id FROM member_key WHERE kind = $1 AND value = $2"};
//
//   Statement find = connection.statement(kFindKey);
//   find.bind_all(kind, value);
//   absl::StatusOr<bool> found = find.step();
//   if (!found.ok()) return found.status();
//   if (*found) use(find.int64(0));
//
// Threads: those of the connection. Errors: statuses of sqlite/error.h, reported by step().
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3_stmt;

namespace moadon::sqlite {

class Connection;

// One SQL statement as a string literal. Parameters are $1, $2 ... and keep their numbers in
// whatever order they appear, as on PostgreSQL.
class Sql final {
 public:
  template <size_t Size>
  consteval explicit Sql(const char (&text)[Size]) : text_(text), size_(Size - 1) {}

  constexpr absl::string_view text() const { return {text_, size_}; }

 private:
  const char* text_;
  size_t size_;
};

// Bytes that are not text.
struct Blob {
  absl::string_view bytes;
};

// What the connection keeps of a statement between uses.
struct PreparedStatement {
  PreparedStatement() = default;
  ~PreparedStatement();
  PreparedStatement(const PreparedStatement&) = delete;
  PreparedStatement& operator=(const PreparedStatement&) = delete;

  const char* key = nullptr;
  sqlite3_stmt* handle = nullptr;
  int parameter_count = 0;
  // Place i holds where SQLite put $(i + 1); empty when that is i + 1 for all of them.
  std::vector<int> parameter_places;
};

// One use of a prepared statement, from binding to the last row. When it ends, at the last row, on
// an error, at reset() and at destruction, the snapshot it read from is let go. The first error of
// preparing or binding is kept and returned by step().
class Statement final {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Sets $index, counted from 1. Text and bytes are copied.
  void bind(int index, absl::string_view text);
  void bind(int index, const char* text) { bind(index, absl::string_view(text)); }
  void bind(int index, const std::string& text) { bind(index, absl::string_view(text)); }
  void bind(int index, Blob blob);
  void bind(int index, std::nullptr_t);
  template <std::integral Integer>
  void bind(int index, Integer value);
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void bind(int index, Enum value);
  template <typename Value>
  void bind(int index, const std::optional<Value>& value);
  void bind(int index, double value) = delete;

  // Sets $1, $2 ... all of them: any other number of values is an error.
  template <typename... Values>
  void bind_all(const Values&... values);

  // Moves to the next row. False: there are none (left), and the statement may be bound and stepped
  // again. Views of the row before end here.
  absl::StatusOr<bool> step();
  // Runs to the end, ignoring rows; afterwards the statement may be bound and run again.
  absl::Status execute();
  // Stops reading; the values bound stay.
  void reset();

  // Columns of the current row, counted from 0; NULL reads as 0 and as empty. Views are good until
  // the next step, reset or end of this statement.
  int64_t int64(int column) const;
  absl::string_view text(int column) const;
  absl::string_view blob(int column) const;
  bool is_null(int column) const;
  std::optional<int64_t> optional_int64(int column) const;
  std::optional<absl::string_view> optional_text(int column) const;

 private:
  friend class Connection;

  Statement(Connection& connection, std::unique_ptr<PreparedStatement> prepared);
  Statement(Connection& connection, absl::Status error);

  void bind_int64(int index, int64_t value);
  void check_bound_count(int count);
  // SQLite's place of $index; 0, which SQLite refuses, when there is no such parameter.
  int place_of(int index) const;
  // Keeps the first failure for step().
  void note(int code);

  Connection* connection_;
  std::unique_ptr<PreparedStatement> prepared_;  // null: could not be prepared, or moved from
  bool running_ = false;                         // stepped and not yet reset
  absl::Status error_;
};

template <std::integral Integer>
void Statement::bind(int index, Integer value) {
  static_assert(sizeof(Integer) < sizeof(int64_t) || std::is_signed_v<Integer>,
                "SQLite's integers are signed");
  bind_int64(index, static_cast<int64_t>(value));
}

template <typename Enum>
requires std::is_enum_v<Enum>
void Statement::bind(int index, Enum value) {
  bind(index, static_cast<std::underlying_type_t<Enum>>(value));
}

template <typename Value>
void Statement::bind(int index, const std::optional<Value>& value) {
  if (value) {
    bind(index, *value);
  } else {
    bind(index, nullptr);
  }
}

template <typename... Values>
void Statement::bind_all(const Values&... values) {
  check_bound_count(static_cast<int>(sizeof...(values)));
  int index = 0;
  (bind(++index, values), ...);
}

}  // namespace moadon::sqlite
