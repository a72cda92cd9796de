// Room for the journal: how far it may grow, and what is put by for the day the disk is full.
//
// The reserve is a file of its own beside the journal, `journal.reserve`, that holds nothing. When
// the disk has less than the margin left, or the journal has reached its size, the file is removed
// and the journal may grow by as much: room for 1,000 sales and their log. Then it is full. The
// margin itself stays for what takes entries away again.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace moadon::agent {

inline constexpr int64_t kMebibyte = 1 << 20;
// 1,000 sales of fifty lines are 6 to 16 MiB; their log is copied into the file at 32 MiB.
inline constexpr int64_t kReserveBytes = 64 * kMebibyte;
inline constexpr int64_t kDiskMarginBytes = 8 * kMebibyte;
inline constexpr int64_t kDefaultJournalLimitMib = 2'048;
inline constexpr int64_t kMinJournalLimitMib = 16;
inline constexpr int64_t kMaxJournalLimitMib = 1 << 20;

// Thread-safe. Failures of the disk while the reserve is filled or removed are logged, not told:
// what counts is the room that is there.
class JournalReserve final {
 public:
  // `path` of the reserve file; its folder is there. Nothing is touched before refill().
  JournalReserve(std::string path, int64_t journal_limit_bytes,
                 int64_t reserve_bytes = kReserveBytes)
      : path_(std::move(path)), limit_bytes_(journal_limit_bytes), reserve_bytes_(reserve_bytes) {}
  JournalReserve(const JournalReserve&) = delete;
  JournalReserve& operator=(const JournalReserve&) = delete;

  // Puts the reserve by where the disk and the journal, which uses so much now, have room for it
  // and twice the margin; otherwise it stays as it is.
  void refill(int64_t journal_bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether one more entry of `entry_bytes` may be written; touches the reserve when nothing else
  // is left. JOURNAL_FULL.
  absl::Status make_room(int64_t journal_bytes, int64_t entry_bytes) ABSL_LOCKS_EXCLUDED(mutex_);

  bool is_used() const { return is_used_; }
  int64_t limit_bytes() const { return limit_bytes_; }

 private:
  void release() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Fixed at construction.
  const std::string path_;
  const int64_t limit_bytes_;
  const int64_t reserve_bytes_;

  std::atomic<bool> is_used_ = true;  // until it is filled
  absl::Mutex mutex_;                 // guards the file
};

}  // namespace moadon::agent
