// Group commit: concurrent writes share one transaction and one sync of the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "sqlite/connection.h"

namespace moadon::sqlite {

inline constexpr size_t kMaxQueuedOperations = 8'192;
inline constexpr size_t kMaxOperationsPerCommit = 1'024;
inline constexpr int64_t kCheckpointPages = 8'192;  // of 4 KiB
inline constexpr int64_t kTightCheckpointPages = 1'024;

struct GroupCommitLimits {
  // Operations that wait for their turn; one more is refused with REASON_BUSY.
  size_t queued_operations = kMaxQueuedOperations;
  size_t operations_per_commit = kMaxOperationsPerCommit;
  // Size of the WAL at which it is copied into the file.
  int64_t checkpoint_pages = kCheckpointPages;
  // The same where there is little room: copying needs as much of it as the file grows by.
  int64_t tight_checkpoint_pages = kTightCheckpointPages;
};

// How the owner of a database lives with a full disk.
struct FullDiskPlan {
  // Makes what room it can; true: there is little. Runs on the writer's thread before each
  // transaction and each checkpoint, outside of it; must leave no transaction open and not throw.
  absl::AnyInvocable<bool(Connection&)> make_room = nullptr;
  // What those are told of whom nothing is stored because the disk was full; never OK.
  absl::Status refusal = absl::ResourceExhaustedError("the disk is full");
};

// The one writer of a database: a thread that owns the only writing connection, takes all
// operations that have gathered while it was busy, runs them in one transaction, commits, and only
// then completes them. It also does every checkpoint. Readers are other connections (ReaderPool).
//
// An operation that fails is undone alone; the others of its group are not touched. When SQLite
// itself gives a whole group up (out of memory), the operation that met it gets its own error, and
// those before it REASON_BUSY: nothing of them is stored.
//
// After a disk error in an operation, a commit or a checkpoint the outcome of the group is unknown.
// Its operations, and all that wait or come later, complete with REASON_OUTCOME_UNKNOWN, and
// nothing is written any more until the process has started again and SQLite has recovered the
// file.
//
// A full disk is such an error too, but with a FullDiskPlan: then a group that meets it, where it
// is sure that nothing of it will ever be found in the file, completes with the plan's refusal, and
// the writer goes on. It is sure when SQLite has rolled back and the WAL, read as recovery would
// read it, ends with the commit before. A checkpoint that finds no room is tried again as the WAL
// grows, with or without a plan: what it was to copy is in the WAL.
//
// Thread-safe.
class GroupCommit final {
 public:
  // Runs once, on the writer's thread, inside the group's transaction, and sees what the operations
  // before it in the group wrote. Must not begin, commit or roll back the transaction (savepoints
  // are fine), must end its statements, and should take microseconds: nobody else writes meanwhile.
  // An exception counts as a failure.
  using Operation = absl::AnyInvocable<absl::Status(Connection&) &&>;
  // Called exactly once. OK: the operation is durable. REASON_OUTCOME_UNKNOWN: nobody knows.
  // Anything else: nothing of it is stored. Runs on the writer's thread, or inside submit() when
  // refused there; so it must be quick and must not wait, throw, or call stop() or run().
  using Completion = absl::AnyInvocable<void(absl::Status) &&>;
  // Work on the file as a whole. Runs once, on the writer's thread, outside any transaction, after
  // the operations that were submitted before it; nobody writes meanwhile. Must leave no
  // transaction open. An exception counts as a failure.
  using Upkeep = absl::AnyInvocable<absl::Status(Connection&) &&>;
  // Called at most once, on the writer's thread, with the disk error that stopped the writer, after
  // the operations it concerns have completed. Must not call stop(): ask the main thread to.
  using FailureHandler = absl::AnyInvocable<void(const absl::Status&) &&>;

  // Takes over `writer`, opened as Access::kWriter.
  GroupCommit(std::unique_ptr<Connection> writer, FailureHandler on_failure,
              const GroupCommitLimits& limits = {}, FullDiskPlan full_disk = {});
  ~GroupCommit();  // stop()
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Queues `operation`. Refused with REASON_STOPPING after stop(), REASON_OUTCOME_UNKNOWN after a
  // disk error, REASON_BUSY when the queue is full. Never waits for the disk.
  void submit(Operation operation, Completion completion) ABSL_LOCKS_EXCLUDED(mutex_);
  // Queues `upkeep`, refused as submit() refuses. Completes with what it returned; after a disk
  // error with REASON_OUTCOME_UNKNOWN.
  void submit_upkeep(Upkeep upkeep, Completion completion) ABSL_LOCKS_EXCLUDED(mutex_);
  // submit(), waiting for the completion. Not from an operation or a completion.
  absl::Status run(Operation operation) ABSL_LOCKS_EXCLUDED(mutex_);

  // Refuses what comes, finishes what was accepted, empties the WAL into the file and closes the
  // connection. Returns when all that is done. May be called again.
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether a disk error has stopped the writer for good.
  bool failed() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Pending {
    Operation operation;
    Completion completion;
    absl::Status outcome;
  };

  // What became of the open transaction when an operation had its turn.
  enum class Turn {
    kGoOn,     // the operation is in it, or was undone alone
    kLost,     // all of it is rolled back
    kUnknown,  // the disk failed, or was full
  };

  // What waits for the writer's thread: operations, then upkeep.
  struct Work {
    std::vector<Pending> operations;
    std::vector<Pending> upkeep;
    bool empty() const { return operations.empty() && upkeep.empty(); }
  };

  // Puts the work into `queue`, or says why not.
  absl::Status admit(std::vector<Pending>& queue, Operation& operation, Completion& completion)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void write_until_stopped();
  // Waits for work and takes all of it. False: stopped, and nothing is left.
  bool take(Work& taken) ABSL_LOCKS_EXCLUDED(mutex_);
  bool has_work_or_ends() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || failed_ || !queue_.empty();
  }
  // Runs, commits and completes operations from the front of `left`, at least one of them, in one
  // transaction; returns how many.
  size_t commit_some(absl::Span<Pending> left);
  // `alone`: the transaction serves as the operation's savepoint.
  Turn run_operation(Pending& pending, bool alone);
  Turn lose_transaction();
  void run_upkeep(Pending& upkeep);
  void make_room();
  // Completes what met the disk error `cause`: `group` as refused where nothing of it is stored,
  // else all of `left` as unknown. Returns how many.
  size_t end_failed(absl::Span<Pending> group, absl::Span<Pending> left, const absl::Status& cause);
  // Whether the disk was only full and nothing is left of the open transaction, which ends.
  bool is_surely_undone();
  void checkpoint_if_due();
  absl::Status checkpoint(Checkpoint mode);
  // Each returns the size of `group`. The first completes each operation with its own outcome.
  static size_t complete(absl::Span<Pending> group);
  static size_t complete(absl::Span<Pending> group, const absl::Status& outcome);
  // Stops writing for good: `group` and all that waits become unknown.
  size_t fail(absl::Span<Pending> group, const absl::Status& cause) ABSL_LOCKS_EXCLUDED(mutex_);

  // Fixed at construction.
  const GroupCommitLimits limits_;

  // Used by the writer's thread only, after construction.
  std::unique_ptr<Connection> writer_;
  FailureHandler on_failure_;
  FullDiskPlan full_disk_;
  bool is_tight_ = false;
  int64_t first_pages_ = 0;   // in the WAL before the first commit
  int64_t copied_pages_ = 0;  // in the WAL when it was copied

  mutable absl::Mutex mutex_;
  Work queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;

  absl::once_flag stopped_;
  std::thread thread_;
};

}  // namespace moadon::sqlite
