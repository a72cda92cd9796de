// Takes rights and parts of club-wide limits ahead, for when the server is out of reach.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/journal_offline.h"
#include "client/agent/journal_reserve.h"
#include "client/agent/program_shelf.h"
#include "client/agent/server_link.h"
#include "client/agent/tills.h"
#include "client/agent/trusted_clock.h"
#include "client/lib/cancellation.h"
#include "moadon/v1/error.pb.h"

namespace moadon::agent {

inline constexpr absl::Duration kLeaseDeadline = absl::Seconds(10);
// How often a register says what it has and hears what it may have.
inline constexpr absl::Duration kLeaseInterval = absl::Seconds(60);
// How often it is looked whether another program is in force.
inline constexpr absl::Duration kLeasePoll = absl::Seconds(1);
// A server that knows no leases may be upgraded.
inline constexpr absl::Duration kOldServerInterval = absl::Hours(1);

// A thread that takes the turns of SyncService.TakeLeases for every register of this machine: at
// the start, when the server is back, when another program is in force, and as long as that program
// has something to take, or the register has something to give back, every kLeaseInterval.
// A register that was revoked loses what it has, and so does one whose journal is a copy of another
// one's, or has one: it takes no turns while the courier is told so. Room that is put by for sales
// is not used for it.
//
// Thread-safe; everything handed over outlives it.
class LeaseFeed final {
 public:
  struct Parts {
    Tills& tills;
    ServerLink& link;
    OfflineBook& offline;
    ProgramShelf& programs;
    TrustedClock& time;
    const JournalReserve& reserve;
    Cancellation& cancellation;  // cancelled before stop()
  };

  explicit LeaseFeed(const Parts& parts) : parts_(parts) {}
  ~LeaseFeed();  // stop()
  LeaseFeed(const LeaseFeed&) = delete;
  LeaseFeed& operator=(const LeaseFeed&) = delete;

  // Begins. Once.
  void start();
  // The server may be back.
  void try_now() ABSL_LOCKS_EXCLUDED(mutex_);
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // When a register's next turn is, unless another program comes into force before.
  struct Plan {
    int64_t program_version = 0;
    absl::Duration next = absl::ZeroDuration();
  };

  void run();
  bool wait_for_turn() ABSL_LOCKS_EXCLUDED(mutex_);  // false: stop
  void work(Till& till, const v1::Program& program);
  // One turn; when the next one is due.
  absl::Duration take(Till& till);
  absl::Duration on_refused(Till& till, const absl::Status& refusal);
  // The server said of its journal that another one delivers in its name.
  static bool is_forked(const Till& till);
  // Its register may use no lease and no slice any more.
  void drop(Till& till);

  // Fixed at construction.
  const Parts parts_;

  // Used by the thread only. By register.
  absl::flat_hash_map<std::string, Plan> plans_;
  absl::flat_hash_map<std::string, v1::Reason> logged_;  // of the trouble in the log

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool try_now_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace moadon::agent
