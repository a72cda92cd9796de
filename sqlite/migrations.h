// Opening a database at the version of this binary.
//
// A migration is a file NNNN_what.sql, numbered from 0001 without gaps, forward only, never changed
// once released, without BEGIN or COMMIT. In CMake,
//
//   moadon_embed_migrations(moadon_storage ${CMAKE_CURRENT_SOURCE_DIR}/migrations)
//
// builds them into the target and gives it "moadon_storage_migrations.h" with
// moadon::moadon_storage_migrations(). The file's version is its PRAGMA user_version, the number of
// its last migration; whose file it is says PRAGMA application_id.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sqlite/connection.h"

namespace moadon::sqlite {

struct Migration {
  int number;
  absl::string_view name;  // NNNN_what
  absl::string_view sql;
};

struct Schema {
  int32_t application_id;  // not 0; one per kind of file
  absl::Span<const Migration> migrations;
};

// Opens `path` for writing and brings it to the last migration, each in a transaction of its own,
// so that a crash or a failure leaves the file at a whole version. Before the first one a file with
// data is copied to `<path>.before-NNNN` (NNNN: the first migration to come).
//
// Refuses, changing nothing: a newer file with REASON_VERSION_MISMATCH (theirs, ours); a file of
// another application, or no database at all, with FAILED_PRECONDITION. A migration that fails, or
// that leaves a foreign key unsatisfied, is INTERNAL and undone. Call it with no other connection
// to the file open.
absl::StatusOr<std::unique_ptr<Connection>> open_migrated(const std::string& path,
                                                          const Schema& schema,
                                                          const ConnectionOptions& options = {});

}  // namespace moadon::sqlite
