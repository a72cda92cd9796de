#include "server/operations/end_silent_leases.h"

#include <string>
#include <utility>
#include <vector>

#include "server/operations/writer_state.h"
#include "server/storage/lease_store.h"
#include "server/storage/slice_store.h"

namespace moadon {
namespace {

storage::Silence silence_at(int64_t now_us) {
  return {now_us - absl::ToInt64Microseconds(kLeaseSilence),
          now_us - absl::ToInt64Microseconds(kMaxWithoutTurn)};
}

absl::StatusOr<EndedLeases> end_batch(sqlite::Connection& connection, WriterState& state) {
  const storage::Silence silence = silence_at(state.now_us());
  const auto silent = storage::list_silent_leaseholders(connection, silence, kSilentRegistersBatch);
  if (!silent.ok()) return silent.status();
  for (const std::string& register_id : *silent) {
    absl::Status freed = storage::delete_leases_before(connection, register_id, silence.since_us);
    if (freed.ok()) {
      freed = storage::delete_slices_before(connection, register_id, silence.since_us);
    }
    if (!freed.ok()) return freed;
  }
  return EndedLeases{static_cast<int64_t>(silent->size()),
                     static_cast<int>(silent->size()) == kSilentRegistersBatch};
}

}  // namespace

absl::StatusOr<bool> has_silent_leases(Club& club) {
  sqlite::ReaderLease reader = club.database().readers().lease();
  const auto silent =
      storage::list_silent_leaseholders(*reader, silence_at(club.clock().now_us()), 1);
  if (!silent.ok()) return silent.status();
  return !silent->empty();
}

void end_silent_leases(Club& club, Answer<EndedLeases> answer) {
  club.write<EndedLeases>(end_batch, std::move(answer));
}

}  // namespace moadon
