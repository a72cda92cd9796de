#include "server/operations/lease_journal.h"

#include "server/storage/lease_store.h"

namespace moadon {
namespace {

storage::JournalName journal_of(const TurnName& name) {
  return {name.register_id, name.journal_id};
}

absl::StatusOr<TurnStanding> forked_if(const absl::StatusOr<bool>& is_forked) {
  if (!is_forked.ok()) return is_forked.status();
  return *is_forked ? TurnStanding::kForked : TurnStanding::kNew;
}

}  // namespace

absl::StatusOr<TurnStanding> turn_standing(sqlite::Connection& connection, const TurnName& name) {
  const auto last = storage::find_turn(connection, name.register_id);
  if (!last.ok()) return last.status();
  if (!*last) return TurnStanding::kNew;
  if ((*last)->journal_id != name.journal_id) {
    return forked_if(storage::is_left_journal(connection, journal_of(name)));
  }
  if (name.turn == (*last)->turn) return TurnStanding::kRepeated;
  if (name.previous_turn < (*last)->turn) return TurnStanding::kForked;
  return forked_if(storage::is_forked_turn(connection, journal_of(name), name.previous_turn));
}

absl::Status keep_new_turn(sqlite::Connection& connection, const TurnName& name, int64_t now_us) {
  const auto last = storage::find_turn(connection, name.register_id);
  if (!last.ok()) return last.status();
  absl::Status kept;
  if (*last && !(*last)->journal_id.empty() && (*last)->journal_id != name.journal_id) {
    kept = storage::leave_journal(connection, {name.register_id, (*last)->journal_id}, now_us);
  }
  if (kept.ok()) kept = storage::prune_forked_turns(connection, journal_of(name), name.turn);
  if (!kept.ok()) return kept;
  return storage::keep_turn(connection, {name.register_id, name.journal_id, name.turn, now_us});
}

absl::Status keep_forked_turn(sqlite::Connection& connection, const TurnName& name) {
  const auto last = storage::find_turn(connection, name.register_id);
  if (!last.ok()) return last.status();
  // Who said an earlier turn, or an older journal, is refused whatever comes next.
  if (!*last || (*last)->journal_id != name.journal_id || name.turn < (*last)->turn) {
    return absl::OkStatus();
  }
  return storage::note_forked_turn(connection, journal_of(name), name.turn);
}

}  // namespace moadon
