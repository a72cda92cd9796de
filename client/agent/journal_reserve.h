// Room for the journal: how far it may grow, and what is put by for the day the disk is full.
//
// The reserve is a file of its own beside the journal, `journal.reserve`, that holds nothing. When
// the disk has less than the margin left, beside what the journal's log still has to be copied, or
// the journal has reached its size, the file is removed and the journal may grow by as much: room
// for 1,000 sales and their log. Then it is full. The margin itself stays for what takes entries
// away again.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace moadon::agent {

inline constexpr int64_t kMebibyte = 1 << 20;
// 1,000 sales of fifty lines are 6 to 16 MiB, of eight hundred 36; their log is copied into the
// file at 4 MiB where there is little room.
inline constexpr int64_t kReserveBytes = 64 * kMebibyte;
inline constexpr int64_t kDiskMarginBytes = 8 * kMebibyte;
inline constexpr int64_t kDefaultJournalLimitMib = 2'048;
inline constexpr int64_t kMinJournalLimitMib = 16;
inline constexpr int64_t kMaxJournalLimitMib = 1 << 20;

// Thread-safe. Failures of the disk while the reserve is filled or removed are logged, not told:
// what counts is the room that is there.
class JournalReserve final {
 public:
  // `path` of the reserve file; its folder is there. Nothing is touched yet.
  JournalReserve(std::string path, int64_t journal_limit_bytes,
                 int64_t reserve_bytes = kReserveBytes);
  JournalReserve(const JournalReserve&) = delete;
  JournalReserve& operator=(const JournalReserve&) = delete;

  // Puts the reserve by where the disk and the journal, which uses so much now, have room for it
  // and twice the margin; a journal that has reached its size is given it. Otherwise it stays as it
  // is.
  void refill(int64_t journal_bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  // Before anything of the agent's is written: touches the reserve when the margin is not there.
  // True: there is little room, so the journal's log had better stay small.
  bool keep_margin() ABSL_LOCKS_EXCLUDED(mutex_);
  // By how much the journal's file will grow when its log is copied into it.
  void note_log_growth(int64_t bytes) { log_growth_bytes_ = bytes; }
  // Whether one more entry of `entry_bytes` may be written; touches the reserve when nothing else
  // is left. JOURNAL_FULL.
  absl::Status make_room(int64_t journal_bytes, int64_t entry_bytes) ABSL_LOCKS_EXCLUDED(mutex_);

  // JOURNAL_FULL.
  absl::Status full() const;

  // Whether what is not the journal's may take so much: neither the reserve nor the margin is
  // touched by that.
  bool has_spare(int64_t bytes) const;
  bool is_used() const { return is_used_; }
  int64_t limit_bytes() const { return limit_bytes_; }

 private:
  void release() ABSL_LOCKS_EXCLUDED(mutex_);

  // Fixed at construction.
  const std::string path_;
  const int64_t limit_bytes_;
  const int64_t reserve_bytes_;

  std::atomic<bool> is_used_;  // as long as it is not there whole
  std::atomic<int64_t> log_growth_bytes_ = 0;
  absl::Mutex mutex_;  // guards the file
};

}  // namespace moadon::agent
