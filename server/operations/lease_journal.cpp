#include "server/operations/lease_journal.h"

#include "server/storage/lease_store.h"

namespace moadon {

absl::StatusOr<TurnStanding> turn_standing(sqlite::Connection& connection, const TurnName& name) {
  const auto last = storage::find_turn(connection, name.register_id);
  if (!last.ok()) return last.status();
  if (!*last) return TurnStanding::kNew;
  if ((*last)->journal_id != name.journal_id) {
    const absl::StatusOr<bool> left =
        storage::is_left_journal(connection, {name.register_id, name.journal_id});
    if (!left.ok()) return left.status();
    return *left ? TurnStanding::kForked : TurnStanding::kNew;
  }
  if (name.turn == (*last)->turn) return TurnStanding::kRepeated;
  return name.previous_turn < (*last)->turn ? TurnStanding::kForked : TurnStanding::kNew;
}

absl::Status keep_new_turn(sqlite::Connection& connection, const TurnName& name, int64_t now_us) {
  const auto last = storage::find_turn(connection, name.register_id);
  if (!last.ok()) return last.status();
  if (*last && !(*last)->journal_id.empty() && (*last)->journal_id != name.journal_id) {
    const absl::Status left =
        storage::leave_journal(connection, {name.register_id, (*last)->journal_id}, now_us);
    if (!left.ok()) return left;
  }
  return storage::keep_turn(connection, {name.register_id, name.journal_id, name.turn, now_us});
}

}  // namespace moadon
