#include "server/insight/club_scan.h"

#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/storage/member_scan.h"

namespace moadon {
namespace {

using Read = absl::FunctionRef<absl::Status(sqlite::Connection&, size_t)>;

// Hands out pieces until they are done or one was refused. Thread-safe.
class Pieces final {
 public:
  explicit Pieces(size_t count) : count_(count) {}

  // Reads pieces on `connection` as long as there are any.
  void read_all(sqlite::Connection& connection, Read read) ABSL_LOCKS_EXCLUDED(mutex_) {
    for (size_t i = next_++; i < count_ && !refused_; i = next_++) {
      absl::Status done = guarded(connection, read, i);
      if (done.ok()) continue;
      absl::MutexLock lock(&mutex_);
      refusal_.Update(std::move(done));
      refused_ = true;
    }
  }

  absl::Status refusal() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return refusal_;
  }

 private:
  static absl::Status guarded(sqlite::Connection& connection, Read read, size_t i) {
    try {
      return read(connection, i);
    } catch (const std::exception& thrown) {
      return absl::InternalError(absl::StrCat("reading the club threw: ", thrown.what()));
    }
  }

  // Fixed at construction.
  const size_t count_;

  std::atomic<size_t> next_{0};
  std::atomic<bool> refused_{false};

  mutable absl::Mutex mutex_;
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);  // the first
};

}  // namespace

absl::StatusOr<ClubScan> ClubScan::open(Club& club) {
  auto leases = club.database().readers().lease_snapshots(kScanReaders);
  if (!leases.ok()) return leases.status();
  // Nothing commits while an operation runs: what the readers see first is the same.
  const absl::Status pinned =
      club.database().writer().run([&leases](sqlite::Connection&) -> absl::Status {
        for (sqlite::ReaderLease& reader : *leases) {
          absl::Status read = storage::pin_snapshot(*reader);
          if (!read.ok()) return read;
        }
        return absl::OkStatus();
      });
  if (!pinned.ok()) return pinned;
  const auto ends = storage::split_members(*leases->front(), kScanRanges);
  if (!ends.ok()) return ends.status();
  ClubScan scan(*std::move(leases));
  int64_t after_id = 0;
  for (const int64_t until_id : *ends) {
    scan.ranges_.push_back({after_id, until_id});
    after_id = until_id;
  }
  return scan;
}

absl::Status ClubScan::run(Read read) {
  Pieces pieces(ranges_.size());
  std::vector<std::thread> threads;
  for (size_t i = 1; i < leases_.size(); ++i) {
    threads.emplace_back([&, i] { pieces.read_all(*leases_[i], read); });
  }
  pieces.read_all(*leases_.front(), read);
  for (std::thread& thread : threads) thread.join();
  return pieces.refusal();
}

}  // namespace moadon
