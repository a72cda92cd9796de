// The club as its operations see it: database, view, clock.
//
// Operations are free functions `verb(Club&, request..., answer)`. Writes answer through a
// callback, exactly once: after the sync, on the writer's thread, or on the calling thread when
// refused before that; so an answer must be quick, must not wait and must not throw. Reads return
// their answer and block for as long as their queries take. All are thread-safe.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/clock.h"
#include "server/operations/club_view.h"
#include "server/operations/member_cache.h"
#include "server/storage/club_database.h"

namespace moadon {

class WriterState;

// What a writing operation calls once, with its response or the refusal.
template <typename Response>
using Answer = absl::AnyInvocable<void(absl::StatusOr<Response>) &&>;

inline constexpr char kOwnerTokenFileName[] = "owner.token";

// Everything that operations share. Thread-safe.
class Club final {
 public:
  // Opens (at first makes) the club in `directory`, which must exist. The first start also makes
  // the owner's token: DIRECTORY/owner.token, mode 0600, of which only a hash is kept. `clock` must
  // outlive the club. Errors as ClubDatabase::open.
  static absl::StatusOr<std::unique_ptr<Club>> open(const std::string& directory,
                                                    const Clock& clock,
                                                    sqlite::GroupCommit::FailureHandler on_failure);
  ~Club();
  Club(const Club&) = delete;
  Club& operator=(const Club&) = delete;

  // The newest committed state of what changes slowly.
  ClubViewPtr view() const ABSL_LOCKS_EXCLUDED(mutex_);
  const Clock& clock() const { return clock_; }
  ClubDatabase& database() { return *database_; }
  // Committed members, without a query. Every write() and submit() keeps it true.
  MemberCache& members() { return members_; }

  // Finishes what was accepted; later writes are refused with REASON_STOPPING. May be called again.
  void stop();

  // For operations only: runs `write` on the writer's thread as one operation of the group commit
  // and answers with what it returned, once that is durable.
  template <typename Response>
  void write(
      absl::AnyInvocable<absl::StatusOr<Response>(sqlite::Connection&, WriterState&) &&> work,
      Answer<Response> answer);
  // The same, for work that keeps its results elsewhere.
  void submit(absl::AnyInvocable<absl::Status(sqlite::Connection&, WriterState&) &&> work,
              absl::AnyInvocable<void(absl::Status) &&> done);

 private:
  Club(std::unique_ptr<ClubDatabase> database, const Clock& clock,
       std::unique_ptr<WriterState> writer_state, ClubViewPtr view);

  // What waits for an operation to become durable, or not.
  struct Staged;
  // Of an operation that worked, inside its transaction.
  void begin_changes(const Staged& staged);
  void end_changes(const Staged& staged);
  // Makes the view that an operation staged the one that callers see, or takes it back. On the
  // writer's thread.
  void settle(ClubViewPtr staged, bool durable) ABSL_LOCKS_EXCLUDED(mutex_);

  // Fixed at construction.
  const Clock& clock_;
  const std::unique_ptr<WriterState> writer_state_;  // used by the writer's thread only

  mutable absl::Mutex mutex_;
  ClubViewPtr view_ ABSL_GUARDED_BY(mutex_);

  // Self-locking.
  MemberCache members_;
  // Ends first: its writer uses what is above.
  std::unique_ptr<ClubDatabase> database_;
};

template <typename Response>
void Club::write(
    absl::AnyInvocable<absl::StatusOr<Response>(sqlite::Connection&, WriterState&) &&> work,
    Answer<Response> answer) {
  // Owned by the answer's closure; the work fills it in before.
  auto response = std::make_unique<Response>();
  Response* const filled = response.get();
  submit(
      [work = std::move(work), filled](sqlite::Connection& connection,
                                       WriterState& state) mutable -> absl::Status {
        absl::StatusOr<Response> made = std::move(work)(connection, state);
        if (made.ok()) *filled = *std::move(made);
        return made.status();
      },
      [answer = std::move(answer), response = std::move(response)](absl::Status done) mutable {
        if (!done.ok()) {
          std::move(answer)(std::move(done));
        } else {
          std::move(answer)(std::move(*response));
        }
      });
}

}  // namespace moadon
