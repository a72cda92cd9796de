// Read-only connections, lent for a short time.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "sqlite/connection.h"

namespace moadon::sqlite {

inline constexpr int kReaders = 8;

class ReaderLease;

// A fixed number of readers of one file. Thread-safe. Whoever finds them all lent waits, so a lease
// is held for a few statements, never across a call to somebody else, and a thread that holds one
// asks for no other: whoever needs several leases them together. All leases must have ended before
// the pool does, and the pool before the writer of the file.
class ReaderPool final {
 public:
  // Opens `count` (at least 1) connections to `path`, which a writer has made. Access in `options`
  // is ignored.
  static absl::StatusOr<std::unique_ptr<ReaderPool>> open(const std::string& path,
                                                          int count = kReaders,
                                                          ConnectionOptions options = {});
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // A connection on which each statement sees the newest commit.
  ReaderLease lease() ABSL_LOCKS_EXCLUDED(mutex_);
  // A connection on which all statements see one snapshot, the newest at the first of them.
  absl::StatusOr<ReaderLease> lease_snapshot() ABSL_LOCKS_EXCLUDED(mutex_);
  // Several of them, taken at once when so many are free, so that two who wait cannot keep each
  // other from it. Each connection has its own snapshot. INVALID_ARGUMENT unless 1 <= count <= the
  // pool's own.
  absl::StatusOr<std::vector<ReaderLease>> lease_snapshots(int count) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class ReaderLease;

  explicit ReaderPool(int count) : count_(count) {}
  void give_back(std::unique_ptr<Connection> connection) ABSL_LOCKS_EXCLUDED(mutex_);
  bool has_idle() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !idle_.empty(); }

  // Fixed at construction.
  const int count_;

  absl::Mutex mutex_;
  // The one returned last is lent first: its cache is warm.
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

// A lent connection; returned when the lease ends, with every snapshot let go.
class ReaderLease final {
 public:
  ReaderLease(ReaderLease&& other) noexcept = default;
  ReaderLease& operator=(ReaderLease&&) = delete;
  ~ReaderLease() {
    if (connection_ != nullptr) pool_->give_back(std::move(connection_));
  }

  Connection& operator*() const { return *connection_; }
  Connection* operator->() const { return connection_.get(); }

 private:
  friend class ReaderPool;

  ReaderLease(ReaderPool& pool, std::unique_ptr<Connection> connection)
      : pool_(&pool), connection_(std::move(connection)) {}

  ReaderPool* pool_;
  std::unique_ptr<Connection> connection_;  // null: moved from
};

}  // namespace moadon::sqlite
