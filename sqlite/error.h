// What went wrong in SQLite, as an absl::Status.
//
// Every status made here is INTERNAL and carries SQLite's extended result code, because nothing
// that SQLite refuses is a caller's mistake: operations check what callers send before they write.
// Pure functions, safe from any thread.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

struct sqlite3;

namespace moadon::sqlite {

// The last error of `handle`, which may be null. `doing` names the step for the log, e.g. "commit".
absl::Status error_of(sqlite3* handle, int code, absl::string_view doing);

// The extended result code that `status` carries, 0 (SQLITE_OK) when it carries none.
int code_of_error(const absl::Status& status);

// The disk or the file cannot be trusted any more: I/O error, full disk, damage, lost or read-only
// file. After one of these in a write, stop writing.
bool is_fatal(int code);
bool is_fatal(const absl::Status& status);

// The disk had no room; is_fatal too. Where what met it is surely rolled back, the file is as it
// was.
bool is_full_disk(int code);
bool is_full_disk(const absl::Status& status);

// Another connection holds the lock that was needed; nothing changed.
bool is_busy(const absl::Status& status);

// A UNIQUE, CHECK, NOT NULL or foreign key clause refused the row; the statement changed nothing.
bool is_constraint(const absl::Status& status);

}  // namespace moadon::sqlite
