// The club's database file: who may open it, who writes to it, who reads from it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sqlite/connection.h"
#include "sqlite/data_lock.h"
#include "sqlite/group_commit.h"
#include "sqlite/reader_pool.h"

namespace moadon {

inline constexpr int32_t kClubApplicationId = 0x4d6f6164;  // "Moad"
inline constexpr char kClubFileName[] = "moadon.db";

// Owns the data directory's lock, the one writer and the readers. Opening brings the file to this
// binary's schema. Thread-safe once opened; stop() ends writing, and all leases must have ended
// before the destructor runs.
class ClubDatabase final {
 public:
  // The directory must exist. FAILED_PRECONDITION when another process holds it,
  // REASON_VERSION_MISMATCH for a newer file. `on_failure` is GroupCommit's: called once after a
  // disk error that stopped the writer.
  static absl::StatusOr<std::unique_ptr<ClubDatabase>> open(
      const std::string& directory, sqlite::GroupCommit::FailureHandler on_failure);

  sqlite::GroupCommit& writer() { return *writer_; }
  sqlite::ReaderPool& readers() { return *readers_; }

  // Finishes what was accepted and refuses the rest. May be called again.
  void stop() { writer_->stop(); }

 private:
  ClubDatabase(sqlite::DataLock lock, std::unique_ptr<sqlite::GroupCommit> writer,
               std::unique_ptr<sqlite::ReaderPool> readers)
      : lock_(std::move(lock)), writer_(std::move(writer)), readers_(std::move(readers)) {}

  sqlite::DataLock lock_;
  std::unique_ptr<sqlite::GroupCommit> writer_;
  std::unique_ptr<sqlite::ReaderPool> readers_;  // ends before the writer does
};

}  // namespace moadon
