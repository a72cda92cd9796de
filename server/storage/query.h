// Short forms of binding, running and reading a statement.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sqlite/connection.h"
#include "sqlite/statement.h"

namespace moadon::storage {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

// Runs `sql`, ignoring rows.
template <typename... Values>
absl::Status execute(Connection& connection, Sql sql, const Values&... values) {
  Statement statement = connection.statement(sql);
  statement.bind_all(values...);
  return statement.execute();
}

// The first row, made into a value by `read`; empty when there is none.
template <typename Read, typename... Values>
auto query_one(Connection& connection, Sql sql, Read read, const Values&... values)
    -> absl::StatusOr<std::optional<decltype(read(std::declval<Statement&>()))>> {
  Statement statement = connection.statement(sql);
  statement.bind_all(values...);
  absl::StatusOr<bool> row = statement.step();
  if (!row.ok()) return row.status();
  std::optional<decltype(read(statement))> value;
  if (*row) value.emplace(read(statement));
  return value;
}

// All rows, each made into a value by `read`.
template <typename Read, typename... Values>
auto query_all(Connection& connection, Sql sql, Read read, const Values&... values)
    -> absl::StatusOr<std::vector<decltype(read(std::declval<Statement&>()))>> {
  Statement statement = connection.statement(sql);
  statement.bind_all(values...);
  std::vector<decltype(read(statement))> rows;
  while (true) {
    absl::StatusOr<bool> row = statement.step();
    if (!row.ok()) return row.status();
    if (!*row) return rows;
    rows.push_back(read(statement));
  }
}

// The integer in the first column of the only row of an aggregate.
template <typename... Values>
absl::StatusOr<int64_t> query_int64(Connection& connection, Sql sql, const Values&... values) {
  auto value = query_one(
      connection, sql, [](Statement& row) { return row.int64(0); }, values...);
  if (!value.ok()) return value.status();
  return value->value_or(0);
}

// Whether that integer is not zero.
template <typename... Values>
absl::StatusOr<bool> query_bool(Connection& connection, Sql sql, const Values&... values) {
  const absl::StatusOr<int64_t> value = query_int64(connection, sql, values...);
  if (!value.ok()) return value.status();
  return *value != 0;
}

}  // namespace moadon::storage
