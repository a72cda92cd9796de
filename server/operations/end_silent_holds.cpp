#include "server/operations/end_silent_holds.h"

#include <utility>
#include <vector>

#include "server/operations/member_holds.h"
#include "server/operations/writer_state.h"
#include "server/storage/hold_store.h"

namespace moadon {
namespace {

absl::StatusOr<std::vector<storage::HoldRow>> list_silent(sqlite::Connection& connection,
                                                          int64_t now_us, int limit) {
  return storage::list_silent_holds(connection, now_us,
                                    now_us - absl::ToInt64Microseconds(kHoldSilence), limit);
}

absl::StatusOr<EndedHolds> end_batch(sqlite::Connection& connection, WriterState& state) {
  EndedHolds ended;
  const auto silent = list_silent(connection, state.now_us(), kSilentHoldsBatch);
  if (!silent.ok()) return silent.status();
  for (const storage::HoldRow& hold : *silent) {
    const absl::Status done = end_unused_hold(connection, state, hold, storage::HoldState::kLapsed);
    if (!done.ok()) return done;
    ++ended.hold_count;
  }
  ended.has_more = ended.hold_count == kSilentHoldsBatch;
  return ended;
}

}  // namespace

absl::StatusOr<bool> has_silent_holds(Club& club) {
  sqlite::ReaderLease reader = club.database().readers().lease();
  const auto silent = list_silent(*reader, club.clock().now_us(), 1);
  if (!silent.ok()) return silent.status();
  return !silent->empty();
}

void end_silent_holds(Club& club, Answer<EndedHolds> answer) {
  club.write<EndedHolds>(end_batch, std::move(answer));
}

}  // namespace moadon
