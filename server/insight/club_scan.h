// Reads the whole club at one instant on several readers at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/operations/club.h"
#include "sqlite/reader_pool.h"

namespace moadon {

// Readers that one scan leases. Two scans at once and a few for all others fit into the pool.
inline constexpr int kScanReaders = 3;
// Pieces of a scan: more than readers, so that no reader idles for long at the end.
inline constexpr int kScanRanges = 24;

// Members with ids in (after_id, until_id].
struct IdRange {
  int64_t after_id = 0;
  int64_t until_id = 0;
};

// Several readers on one snapshot, the newest commit at open(). Holds them until it ends: for one
// report, not longer. Used from the thread that opened it; memory is the callers': a piece's
// results should be sums or a few numbers per member.
class ClubScan final {
 public:
  // Waits until the readers are free. UNAVAILABLE reasons as GroupCommit::run.
  static absl::StatusOr<ClubScan> open(Club& club);

  // Ranges that together hold all members, about equal in number, in the order of ids; one at
  // least.
  absl::Span<const IdRange> ranges() const { return ranges_; }

  // Runs `read(connection, i)` for every range i, on one thread per reader, the calling one
  // included. `read` keeps its results by i: two never run at once on one connection, but several
  // do on different ones. The first refusal ends it, and is returned. Rethrows nothing: an
  // exception counts as INTERNAL.
  absl::Status run(absl::FunctionRef<absl::Status(sqlite::Connection&, size_t)> read);

  // One of the readers, for what is read once. Not during run().
  sqlite::Connection& connection() { return *leases_.front(); }

 private:
  explicit ClubScan(std::vector<sqlite::ReaderLease> leases) : leases_(std::move(leases)) {}

  std::vector<sqlite::ReaderLease> leases_;
  std::vector<IdRange> ranges_;
};

}  // namespace moadon
