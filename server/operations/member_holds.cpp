#include "server/operations/member_holds.h"

#include <utility>
#include <vector>

#include "server/operations/member_change.h"
#include "server/operations/member_id.h"
#include "server/operations/member_points.h"
#include "server/operations/member_rights.h"

namespace moadon {
namespace {

// Of the register, open or ended.
absl::StatusOr<std::optional<storage::HoldRow>> find_own(sqlite::Connection& connection,
                                                         const std::string& register_id,
                                                         const std::string& hold_id) {
  const std::optional<int64_t> id = member_id_of(hold_id);
  if (!id) return std::nullopt;
  auto hold = storage::find_hold(connection, *id);
  if (hold.ok() && *hold && (*hold)->register_id != register_id) return std::nullopt;
  return hold;
}

absl::StatusOr<std::vector<LotPart>> held_parts(sqlite::Connection& connection,
                                                const storage::HoldRow& hold) {
  const auto rows = storage::list_hold_points(connection, hold);
  if (!rows.ok()) return rows.status();
  std::vector<LotPart> parts;
  for (const storage::HoldPointsRow& row : *rows) {
    parts.push_back({row.lot_number, row.points_milli});
  }
  return parts;
}

absl::Status release_points(sqlite::Connection& connection, WriterState& state,
                            const storage::HoldRow& hold, MemberChange& change) {
  if (hold.points_milli == 0) return absl::OkStatus();
  const auto parts = held_parts(connection, hold);
  if (!parts.ok()) return parts.status();
  MemberPoints points(connection, state, change.row_to_edit());
  const auto account = points.account();
  if (!account.ok()) return account.status();
  (*account)->release(*parts, hold_id_text(hold.hold_id), points.today(), points.today());
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
  auto hold = find_own(connection, register_id, hold_id);
  const bool has_ended = hold.ok() && *hold && (*hold)->state != storage::HoldState::kOpen;
  if (has_ended) return std::nullopt;
  return hold;
}

absl::StatusOr<HoldOfSale> find_hold_of_sale(sqlite::Connection& connection,
                                             const storage::SaleRow& sale,
                                             const std::string& hold_id) {
  HoldOfSale hold;
  auto row = find_own(connection, sale.register_id, hold_id);
  if (!row.ok()) return row.status();
  if (!*row || (*row)->member_id != sale.member_id) return hold;
  hold.has_lapsed = (*row)->state == storage::HoldState::kLapsed;
  if ((*row)->state != storage::HoldState::kOpen) return hold;
  auto points = held_parts(connection, **row);
  if (!points.ok()) return points.status();
  auto rights = storage::list_hold_rights(connection, **row);
  if (!rights.ok()) return rights.status();
  hold.open = OpenHold{**std::move(row), *std::move(points), *std::move(rights)};
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
