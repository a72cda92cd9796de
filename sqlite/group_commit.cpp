#include "sqlite/group_commit.h"

#include <sqlite3.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "rules/refusal.h"
#include "sqlite/error.h"
#include "sqlite/transaction.h"
#include "sqlite/wal_file.h"

namespace moadon::sqlite {
namespace {

// A WAL that readers kept from being reused grows to this many times its limit before the writer
// waits for them, and no longer than this.
constexpr int64_t kRestartFactor = 4;
constexpr int kRestartTimeoutMs = 100;

absl::Status outcome_unknown() {
  return refuse(v1::REASON_OUTCOME_UNKNOWN,
                "the disk failed; whether this was stored is unknown, and nothing more is written");
}

// How many pages SQLite would take from the log of the file at `path` if it opened it now.
absl::StatusOr<int64_t> pages_in_log(const std::string& path) {
  const absl::StatusOr<WalFrames> log = read_wal(path + "-wal");
  if (!log.ok()) return log.status();
  return static_cast<int64_t>(log->committed_count);
}

absl::Status call(GroupCommit::Operation& operation, Connection& connection) {
  try {
    return std::move(operation)(connection);
  } catch (const std::exception& thrown) {
    return absl::InternalError(absl::StrCat("operation threw: ", thrown.what()));
  }
}

}  // namespace

GroupCommit::GroupCommit(std::unique_ptr<Connection> writer, FailureHandler on_failure,
                         const GroupCommitLimits& limits, FullDiskPlan full_disk)
    : limits_(limits),
      writer_(std::move(writer)),
      on_failure_(std::move(on_failure)),
      full_disk_(std::move(full_disk)),
      thread_([this] { write_until_stopped(); }) {}

GroupCommit::~GroupCommit() { stop(); }

absl::Status GroupCommit::admit(std::vector<Pending>& queue, Operation& operation,
                                Completion& completion) {
  if (failed_) return outcome_unknown();
  if (stopping_) return refuse(v1::REASON_STOPPING, "the writer is stopping");
  if (queue.size() >= limits_.queued_operations) {
    return refuse(v1::REASON_BUSY, "too many writes wait already");
  }
  queue.push_back({std::move(operation), std::move(completion), absl::OkStatus()});
  return absl::OkStatus();
}

void GroupCommit::submit(Operation operation, Completion completion) {
  absl::Status admitted;
  {
    absl::MutexLock lock(&mutex_);
    admitted = admit(queue_.operations, operation, completion);
  }
  if (!admitted.ok()) std::move(completion)(std::move(admitted));
}

void GroupCommit::submit_upkeep(Upkeep upkeep, Completion completion) {
  absl::Status admitted;
  {
    absl::MutexLock lock(&mutex_);
    admitted = admit(queue_.upkeep, upkeep, completion);
  }
  if (!admitted.ok()) std::move(completion)(std::move(admitted));
}

absl::Status GroupCommit::run(Operation operation) {
  absl::Status outcome;
  absl::Notification done;
  submit(std::move(operation), [&outcome, &done](absl::Status status) {
    outcome = std::move(status);
    done.Notify();
  });
  done.WaitForNotification();
  return outcome;
}

void GroupCommit::stop() {
  absl::call_once(stopped_, [this] {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    thread_.join();
    writer_.reset();
  });
}

bool GroupCommit::failed() const {
  absl::MutexLock lock(&mutex_);
  return failed_;
}

void GroupCommit::write_until_stopped() {
  if (full_disk_.make_room) first_pages_ = pages_in_log(writer_->path()).value_or(0);
  Work taken;
  while (take(taken)) {
    absl::Span<Pending> left = absl::MakeSpan(taken.operations);
    while (!left.empty()) left.remove_prefix(commit_some(left));
    for (Pending& upkeep : taken.upkeep) run_upkeep(upkeep);
    taken.operations.clear();
    taken.upkeep.clear();
    checkpoint_if_due();
  }
  if (failed()) return;
  const absl::Status emptied = checkpoint(Checkpoint::kTruncate);
  if (!emptied.ok()) fail({}, emptied);
}

bool GroupCommit::take(Work& taken) {
  absl::MutexLock lock(&mutex_, absl::Condition(this, &GroupCommit::has_work_or_ends));
  std::swap(taken, queue_);
  return !taken.empty();
}

size_t GroupCommit::commit_some(absl::Span<Pending> left) {
  const absl::Span<Pending> group =
      left.first(std::min(left.size(), limits_.operations_per_commit));
  make_room();
  const absl::Status begun = writer_->statement(kBeginImmediate).execute();
  if (!begun.ok()) {
    if (is_fatal(begun)) return fail(left, begun);
    return complete(group, refuse(v1::REASON_BUSY, begun.message()));
  }
  for (size_t i = 0; i < group.size(); ++i) {
    const Turn turn = run_operation(group[i], /*alone=*/group.size() == 1);
    if (turn == Turn::kUnknown) return end_failed(group, left, group[i].outcome);
    if (turn == Turn::kLost) {
      // What the operations before it were told may rest on each other's writes, which are gone.
      complete(group.first(i), refuse(v1::REASON_BUSY, "undone together with another write"));
      return i + complete(group.subspan(i, 1));
    }
  }
  const absl::Status committed = writer_->statement(kCommit).execute();
  return committed.ok() ? complete(group) : end_failed(group, left, committed);
}

GroupCommit::Turn GroupCommit::run_operation(Pending& pending, bool alone) {
  std::optional<Savepoint> savepoint;
  absl::Status& outcome = pending.outcome;
  if (!alone) {
    absl::StatusOr<Savepoint> begun = Savepoint::begin(*writer_);
    if (!begun.ok()) {
      outcome = begun.status();
      return lose_transaction();
    }
    savepoint.emplace(*std::move(begun));
  }
  outcome = call(pending.operation, *writer_);
  if (writer_->met_fatal_error()) return Turn::kUnknown;
  if (!writer_->in_transaction()) {
    // SQLite gave up and said so; otherwise the operation ended the transaction, who knows how.
    return code_of_error(outcome) != SQLITE_OK ? Turn::kLost : Turn::kUnknown;
  }
  if (outcome.ok() && writer_->has_deferred_violations()) {
    outcome = absl::InternalError("operation left a foreign key unsatisfied");
  }
  if (alone) return outcome.ok() ? Turn::kGoOn : lose_transaction();
  absl::Status ended = outcome.ok() ? savepoint->release() : savepoint->roll_back();
  if (ended.ok()) return Turn::kGoOn;
  if (outcome.ok()) outcome = std::move(ended);
  return lose_transaction();
}

GroupCommit::Turn GroupCommit::lose_transaction() {
  writer_->abandon_transaction();
  const bool trusted = !writer_->met_fatal_error() && !writer_->in_transaction();
  return trusted ? Turn::kLost : Turn::kUnknown;
}

size_t GroupCommit::complete(absl::Span<Pending> group) {
  for (Pending& pending : group) std::move(pending.completion)(std::move(pending.outcome));
  return group.size();
}

size_t GroupCommit::complete(absl::Span<Pending> group, const absl::Status& outcome) {
  for (Pending& pending : group) std::move(pending.completion)(outcome);
  return group.size();
}

void GroupCommit::make_room() {
  if (full_disk_.make_room) is_tight_ = full_disk_.make_room(*writer_);
}

size_t GroupCommit::end_failed(absl::Span<Pending> group, absl::Span<Pending> left,
                               const absl::Status& cause) {
  if (is_surely_undone()) return complete(group, full_disk_.refusal);
  return fail(left, cause);
}

bool GroupCommit::is_surely_undone() {
  if (!full_disk_.make_room || !writer_->met_only_full_disk()) return false;
  writer_->abandon_transaction();
  if (!writer_->met_only_full_disk() || writer_->in_transaction()) return false;
  // The commit's frame is the last to be written, and one that is not whole does not count. Still
  // it is looked for: on a disk that copies on write, a frame that was refused lies over an older
  // one, which may be the same.
  const int64_t known_pages = writer_->wal_pages() > 0 ? writer_->wal_pages() : first_pages_;
  const absl::StatusOr<int64_t> pages = pages_in_log(writer_->path());
  // 0: the transaction had begun the log anew.
  if (!pages.ok() || (*pages != 0 && *pages != known_pages)) return false;
  writer_->forget_full_disk();
  return true;
}

size_t GroupCommit::fail(absl::Span<Pending> group, const absl::Status& cause) {
  // Copied: it may be the outcome of an operation that is about to complete.
  const absl::Status error =
      cause.ok() ? absl::InternalError("transaction ended from within") : cause;
  Work waiting;
  {
    absl::MutexLock lock(&mutex_);
    failed_ = true;
    std::swap(waiting, queue_);
  }
  complete(group, outcome_unknown());
  complete(absl::MakeSpan(waiting.operations), outcome_unknown());
  complete(absl::MakeSpan(waiting.upkeep), outcome_unknown());
  if (on_failure_) std::move(on_failure_)(error);
  return group.size();
}

void GroupCommit::run_upkeep(Pending& upkeep) {
  const absl::Span<Pending> alone(&upkeep, 1);
  if (failed()) {
    complete(alone, outcome_unknown());
    return;
  }
  upkeep.outcome = call(upkeep.operation, *writer_);
  if (writer_->met_fatal_error() || writer_->in_transaction()) {
    fail(alone, upkeep.outcome);
  } else {
    complete(alone);
  }
}

void GroupCommit::checkpoint_if_due() {
  const int64_t pages = writer_->wal_pages();
  if (pages < copied_pages_) copied_pages_ = 0;  // the log was begun anew
  const int64_t limit = is_tight_ ? limits_.tight_checkpoint_pages : limits_.checkpoint_pages;
  if (pages < copied_pages_ + limit || failed()) return;
  make_room();
  // Once it is all in the file, the next commit starts the WAL over unless a reader still uses it.
  copied_pages_ = pages;
  const bool wait_for_readers = pages >= kRestartFactor * limit;
  if (wait_for_readers) writer_->set_busy_timeout(kRestartTimeoutMs);
  const absl::Status copied =
      checkpoint(wait_for_readers ? Checkpoint::kRestart : Checkpoint::kPassive);
  if (wait_for_readers) writer_->set_busy_timeout(kBusyTimeoutMs);
  if (!copied.ok()) fail({}, copied);
}

absl::Status GroupCommit::checkpoint(Checkpoint mode) {
  absl::Status copied = writer_->checkpoint(mode);
  if (!is_full_disk(copied) || !writer_->met_only_full_disk()) return copied;
  writer_->forget_full_disk();
  return absl::OkStatus();
}

}  // namespace moadon::sqlite
