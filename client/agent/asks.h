// What cashiers of this machine were asked to ask members for.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "moadon/v1/sync_service.pb.h"

namespace moadon::agent {

// The shortest pause that an owner can set between two times of asking for the same.
inline constexpr absl::Duration kAskedRecently = absl::Hours(24);
inline constexpr size_t kMaxRememberedAsks = 10'000;
inline constexpr size_t kMaxUnreportedAsks = 1'024;
inline constexpr int kMaxAsksPerReport = 256;
// A report that fails so often is given up: the member is asked once more, no worse.
inline constexpr int kMaxReportTries = 5;

// Remembers, until the server does, so that nobody is asked twice. In memory only. Thread-safe.
class AskMemory final {
 public:
  AskMemory() = default;
  AskMemory(const AskMemory&) = delete;
  AskMemory& operator=(const AskMemory&) = delete;

  // True: not asked for here within kAskedRecently; from now on it was. `now`: monotonic.
  bool note(absl::string_view member_id, absl::string_view field, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, absl::Duration> asked_at_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<absl::Duration, std::string>> order_ ABSL_GUARDED_BY(mutex_);
};

// What one register has still to tell the server of it. Thread-safe; one thread reports.
class AskReports final {
 public:
  AskReports() = default;
  AskReports(const AskReports&) = delete;
  AskReports& operator=(const AskReports&) = delete;

  // Forgets the oldest when there are too many.
  void add(v1::Asked asked) ABSL_LOCKS_EXCLUDED(mutex_);

  // The next to send; without asks: nothing. Each report has one end.
  v1::NoteAskedRequest begin_report() ABSL_LOCKS_EXCLUDED(mutex_);
  // The server knows, or never will.
  void end_report() ABSL_LOCKS_EXCLUDED(mutex_);
  // The server did not answer: the same goes again, but not for ever.
  void fail_report() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::deque<v1::Asked> waiting_ ABSL_GUARDED_BY(mutex_);
  v1::NoteAskedRequest under_way_ ABSL_GUARDED_BY(mutex_);
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace moadon::agent
