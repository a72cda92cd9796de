#include "server/operations/member_holds.h"

#include <vector>

#include "server/operations/member_change.h"
#include "server/operations/member_id.h"
#include "server/operations/member_points.h"
#include "server/operations/member_rights.h"

namespace moadon {
namespace {

absl::Status release_points(sqlite::Connection& connection, WriterState& state,
                            const storage::HoldRow& hold, MemberChange& change) {
  if (hold.points_milli == 0) return absl::OkStatus();
  const auto rows = storage::list_hold_points(connection, hold);
  if (!rows.ok()) return rows.status();
  std::vector<LotPart> parts;
  for (const storage::HoldPointsRow& row : *rows) {
    parts.push_back({row.lot_number, row.points_milli});
  }
  MemberPoints points(connection, state, change.row_to_edit());
  const auto account = points.account();
  if (!account.ok()) return account.status();
  (*account)->release(parts, hold_id_text(hold.hold_id), points.today(), points.today());
  return points.keep().status();
}

absl::Status release_rights(sqlite::Connection& connection, WriterState& state,
                            const storage::HoldRow& hold, MemberChange& change) {
  const auto rows = storage::list_hold_rights(connection, hold);
  if (!rows.ok()) return rows.status();
  MemberRights rights(connection, state, change.row_to_edit());
  for (const storage::HoldRightRow& row : *rows) {
    const absl::Status released = rights.release(row);
    if (!released.ok()) return released;
  }
  return absl::OkStatus();
}

}  // namespace

std::string hold_id_text(int64_t hold_id) { return member_id_text(hold_id); }

absl::StatusOr<std::optional<storage::HoldRow>> find_named_hold(sqlite::Connection& connection,
                                                                const std::string& register_id,
                                                                const std::string& hold_id) {
  const std::optional<int64_t> id = member_id_of(hold_id);
  if (!id) return std::nullopt;
  auto hold = storage::find_hold(connection, *id);
  if (!hold.ok() || !*hold) return hold;
  const bool is_its_own = (*hold)->register_id == register_id;
  if (!is_its_own || (*hold)->state != storage::HoldState::kOpen) return std::nullopt;
  return hold;
}

absl::Status end_unused_hold(sqlite::Connection& connection, WriterState& state,
                             const storage::HoldRow& hold, storage::HoldState ended) {
  const auto row = storage::find_member(connection, hold.member_id);
  if (!row.ok()) return row.status();
  if (!*row) return absl::InternalError("a hold's member is not there");
  MemberChange change(**row);
  change.touch();
  absl::Status written = release_points(connection, state, hold, change);
  if (written.ok()) written = release_rights(connection, state, hold, change);
  if (written.ok()) written = storage::end_hold(connection, hold, ended, state.now_us());
  if (written.ok()) written = change.finish(connection, state);
  return written;
}

}  // namespace moadon
