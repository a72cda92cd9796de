// One connection to one SQLite database file.
//
// Threads: a Connection and its Statements are used by one thread at a time (no lock inside). One
// process has at most one writer per file, and that writer does all writes and all checkpoints:
// SQLite 3.40.1 can damage a WAL when two connections write or checkpoint at once (fixed
// in 3.51.3). So no connection checkpoints on its own, neither as the WAL grows nor when it closes.
//
// Errors: statuses of sqlite/error.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sqlite/statement.h"

struct sqlite3;

namespace moadon::sqlite {

inline constexpr int kBusyTimeoutMs = 5'000;
inline constexpr int kCacheKib = 16 * 1024;

enum class Access {
  kWriter,  // read, write, create; WAL
  kReader,  // read-only; the file must exist
};

// When a commit reaches the disk. kNormal loses acknowledged rows in a power cut; it is for tests
// that prove so, and for files that can be made again.
enum class Synchronous { kFull, kNormal };

struct ConnectionOptions {
  Access access = Access::kWriter;
  Synchronous synchronous = Synchronous::kFull;
  int busy_timeout_ms = kBusyTimeoutMs;
  int cache_kib = kCacheKib;
  std::string vfs = {};  // empty: SQLite's default file system
};

enum class Checkpoint {
  kPassive,   // as far as it gets without waiting for anybody
  kRestart,   // waits for readers (up to the busy timeout), so that the next commit reuses the WAL
  kTruncate,  // the same, then empties the WAL file
};

// An open database. Closing it rolls back what is open and never writes to the file. Statements
// must end before their connection does; a connection stays where it was made.
class Connection final {
 public:
  // Opens `path`. A writer creates the file when there is none and turns WAL on (the first write to
  // a new file); foreign keys are enforced; double-quoted strings are errors.
  static absl::StatusOr<std::unique_ptr<Connection>> open(const std::string& path,
                                                          const ConnectionOptions& options = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A use of `sql`, prepared on first use and kept until the connection closes. Never fails by
  // itself: what could not be prepared is reported by the statement's first step. Using the same
  // SQL again while it is in use is right, but prepares it once more.
  Statement statement(Sql sql);

  // Runs one or more statements of SQL made at run time (pragmas, migrations), ignoring rows.
  absl::Status exec(const std::string& sql);
  // The integer in the first column of the first row of `sql`.
  absl::StatusOr<int64_t> query_int64(const std::string& sql);

  // Rows changed by the last INSERT, UPDATE or DELETE that finished.
  int64_t changes() const;
  int64_t last_insert_rowid() const;
  bool in_transaction() const;
  // Deferred foreign keys of the open transaction that nothing satisfies yet.
  bool has_deferred_violations() const;

  // Ends whatever still reads or writes: resets every statement and rolls back. For owners that
  // take the connection back from code they do not trust to have cleaned up. Free when there is
  // nothing.
  void abandon_transaction();

  // Copies the WAL into the file. OK also when readers kept it from finishing; what it could not
  // copy, for a full disk too, is still in the WAL. Writer only.
  absl::Status checkpoint(Checkpoint mode);
  // Copies all of the WAL into the file and empties it: then nothing is in it that is not in the
  // file. Waits for readers up to the busy timeout; false: one of them still needs it. Not inside a
  // transaction. Writer only.
  absl::StatusOr<bool> empty_wal();
  // Writes the whole file anew, so that it holds what is in the tables and nothing else: no rest of
  // rows that were removed or changed. Takes as long as copying it, needs free space of its size
  // beside it for the WAL and in SQLite's directory for temporary files, and takes effect in the
  // file with the next empty_wal(). Not inside a transaction. Writer only.
  absl::Status rewrite_file();
  // Reads bytes of the file as it is without the WAL, through SQLite's own descriptor: closing
  // another one would end the locks of this process. Fewer than asked for at its end, 0 after it.
  absl::StatusOr<size_t> read_file(int64_t offset, absl::Span<char> bytes);
  // Pages in the WAL after this connection's last commit.
  int64_t wal_pages() const { return wal_pages_; }
  void set_busy_timeout(int timeout_ms);

  // Whether a step on this connection has ever met an error that is_fatal. Only a full disk can be
  // forgotten, by owners who know that nothing is left of what met it.
  bool met_fatal_error() const { return met_other_fatal_error_ || met_full_disk_; }
  bool met_only_full_disk() const { return met_full_disk_ && !met_other_fatal_error_; }
  void forget_full_disk() { met_full_disk_ = false; }

  const std::string& path() const { return path_; }

 private:
  friend class Statement;

  explicit Connection(std::string path) : path_(std::move(path)) {}

  absl::Status configure(const ConnectionOptions& options);
  absl::Status configure_writer(const ConnectionOptions& options);
  // Turns the failure `code` of `doing` into a status and remembers whether it was fatal.
  absl::Status error(int code, absl::string_view doing);
  absl::StatusOr<std::unique_ptr<PreparedStatement>> prepare(absl::string_view sql);
  // Keeps `prepared` for the next use, or lets it go when that place is taken.
  void give_back(std::unique_ptr<PreparedStatement> prepared);

  const std::string path_;
  sqlite3* handle_ = nullptr;
  int64_t wal_pages_ = 0;
  bool met_full_disk_ = false;
  bool met_other_fatal_error_ = false;
  // By the address of the literal, which is what makes the lookup cheap; null while in use.
  absl::flat_hash_map<const char*, std::unique_ptr<PreparedStatement>> statements_;
};

}  // namespace moadon::sqlite
