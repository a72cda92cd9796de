// Whether a file's tables are the ones that a program's migrations make.
#pragma once

#include "absl/status/statusor.h"
#include "sqlite/migrations.h"

namespace moadon::sqlite {

// Compares what SQLite has written down of every table and index, spaces and quotes aside, with
// what the migrations make of an empty file in memory. The file's version does not count. Reads
// only; threads as Connection.
absl::StatusOr<bool> has_tables_of(Connection& connection, const Schema& schema);

}  // namespace moadon::sqlite
