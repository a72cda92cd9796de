// Carries one register's journal to the server, tells the server that the register lives and which
// of its holds are free, and brings what the server says of its place.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/random/random.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/asks.h"
#include "client/agent/clock.h"
#include "client/agent/hand_over_round.h"
#include "client/agent/journal.h"
#include "client/agent/occasion.h"
#include "client/agent/program_shelf.h"
#include "client/agent/record_outcomes.h"
#include "client/agent/server_line.h"

namespace moadon::agent {

// A batch that did not get through is followed by one of half as many entries, one that did by one
// of twice as many: on a line that never lasts long at least single entries arrive.
inline constexpr BatchLimits kBatchLimits{.count = 64, .bytes = 512 * 1024};
inline constexpr absl::Duration kRecordDeadline = absl::Seconds(10);
inline constexpr absl::Duration kHeartbeatDeadline = absl::Seconds(2);
inline constexpr absl::Duration kHeartbeatInterval = absl::Seconds(10);
// After a commit, so that what follows at once travels with it.
inline constexpr absl::Duration kGatherPause = absl::Milliseconds(10);
// Pauses while the server is away: doubling from the first to the last, each cut at random by up to
// half. Its return ends a pause at once.
inline constexpr absl::Duration kAwayPauseFirst = absl::Milliseconds(100);
inline constexpr absl::Duration kAwayPauseLast = absl::Seconds(10);
// While no program is published, and while the register is not let in.
inline constexpr absl::Duration kProgramPause = absl::Seconds(2);
inline constexpr absl::Duration kBlockedPause = absl::Seconds(30);
// Entries refused for good are tried again at the start, with every new connection and this often:
// the owner may have acted, or the server may be a newer one.
inline constexpr absl::Duration kKeptBackInterval = absl::Minutes(10);
// How often it is looked what is to go to the owner's queue (hand_over_round.h).
inline constexpr absl::Duration kHandOverInterval = absl::Hours(1);

// A thread that delivers entries in journal order, in batches, each until the server has it or has
// refused it for good. Entries leave the backlog only when the server says that it keeps them.
// Thread-safe; everything handed over outlives it.
class Courier final {
 public:
  struct Parts {
    ServerLink& link;
    Journal& journal;
    ProgramShelf& shelf;
    const Clock& clock;
    Cancellation& cancellation;  // cancelled before stop()
  };

  Courier(std::string register_id, ServerLine& line, PlaceMemory& place, AskReports& asks,
          const Parts& parts);
  ~Courier();  // stop()
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Something was committed, a hold given up, or a cashier asked to ask.
  void notify_work() ABSL_LOCKS_EXCLUDED(mutex_);
  // The server may be back, or the token is another: do not wait any longer.
  void try_now() ABSL_LOCKS_EXCLUDED(mutex_);
  // Why nothing is delivered at all, where a person must act; OK otherwise.
  absl::Status blocked_by() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns when the thread has ended; what is not delivered stays in the journal.
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // What a turn of work came to.
  enum class Turn { kIdle, kMore, kPassing, kProgramAwaited, kBlocked };

  void run();
  bool wait_for_turn() ABSL_LOCKS_EXCLUDED(mutex_);  // false: stop
  Turn work();
  Turn heartbeat();
  absl::Status note_place(const v1::HeartbeatResponse& answer);
  Turn release();
  // Gives what the server has refused for too long to the owner, once all else is delivered.
  Turn hand_over();
  // Tells what cashiers were asked to ask for, once nothing else waits.
  Turn report_asks();
  Turn deliver();
  // A server before version 0.4 holds facts with terms of offline pricing for forged, and would
  // judge without them: it is sent the facts alone. Fails when it cannot be found out now.
  absl::Status fit_to_server(v1::RecordRequest& request);
  Turn settle(const v1::RecordRequest& request, const v1::RecordResponse& response);
  Turn on_refused(const v1::RecordRequest& request, const absl::Status& refusal);
  Turn on_failed_journal(const absl::Status& failure);
  void plan(Turn turn) ABSL_LOCKS_EXCLUDED(mutex_);
  void note_trouble(Turn turn, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  // For whoever looks without the agent.
  void keep_block(const absl::Status& blocked_by);

  // Fixed at construction.
  const std::string register_id_;
  ServerLine& line_;
  PlaceMemory& place_;
  AskReports& asks_;
  const Parts parts_;

  // Used by the thread only.
  absl::BitGen random_;
  HandOverRound hand_over_;
  int failures_in_a_row_ = 0;
  int batch_entries_ = kBatchLimits.count;
  std::optional<bool> server_knows_terms_;  // unset: to be asked
  int single_entries_ = 0;  // so many entries are sent one by one, to find the one refused
  absl::Duration next_heartbeat_ = absl::ZeroDuration();
  absl::Duration next_kept_back_ = absl::ZeroDuration();
  absl::Duration next_hand_over_ = absl::ZeroDuration();
  v1::Reason logged_reason_ = v1::REASON_UNSPECIFIED;  // of the trouble in the log
  std::optional<v1::Reason> kept_block_;               // in the journal; unset: not known

  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_work_ ABSL_GUARDED_BY(mutex_) = true;
  bool try_now_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status blocked_by_ ABSL_GUARDED_BY(mutex_);
  // Monotonic: not before; and at the latest.
  absl::Duration rest_until_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  absl::Duration wake_at_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();

  std::thread thread_;
};

}  // namespace moadon::agent
