#include "server/storage/hold_store.h"

namespace moadon::storage {
namespace {

HoldRow read_hold(const Statement& row) {
  HoldRow hold;
  hold.member_id = row.int64(0);
  hold.hold_id = row.int64(1);
  hold.register_id = std::string(row.text(2));
  hold.request_id = std::string(row.text(3));
  hold.digest = std::string(row.blob(4));
  hold.points_milli = row.int64(5);
  hold.place_day = row.int64(6);
  hold.place_us = row.int64(7);
  hold.expire_us = row.int64(8);
  hold.state = static_cast<HoldState>(row.int64(9));
  hold.end_us = row.optional_int64(10);
  return hold;
}

}  // namespace

constexpr Sql kFindHold{
    "SELECT member_id, hold_id, register_id, request_id, digest, points_milli, place_day, place_us,"
    " expire_us, state, end_us FROM holds WHERE hold_id = $1"};

absl::StatusOr<std::optional<HoldRow>> find_hold(Connection& connection, int64_t hold_id) {
  return query_one(connection, kFindHold, read_hold, hold_id);
}

constexpr Sql kFindHoldByRequest{
    "SELECT member_id, hold_id, register_id, request_id, digest, points_milli, place_day, place_us,"
    " expire_us, state, end_us FROM holds WHERE register_id = $1 AND request_id = $2"};

absl::StatusOr<std::optional<HoldRow>> find_hold_by_request(Connection& connection,
                                                            absl::string_view register_id,
                                                            absl::string_view request_id) {
  return query_one(connection, kFindHoldByRequest, read_hold, register_id, request_id);
}

constexpr Sql kInsertHold{
    "INSERT INTO holds (member_id, hold_id, register_id, request_id, digest, points_milli,"
    " place_day, place_us, expire_us, state, end_us)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};

absl::Status insert_hold(Connection& connection, const HoldRow& row) {
  return execute(connection, kInsertHold, row.member_id, row.hold_id, row.register_id,
                 row.request_id, Blob{row.digest}, row.points_milli, row.place_day, row.place_us,
                 row.expire_us, row.state, row.end_us);
}

constexpr Sql kEndHold{
    "UPDATE holds SET state = $3, end_us = $4"
    " WHERE member_id = $1 AND hold_id = $2 AND state = 1"};

absl::Status end_hold(Connection& connection, const HoldRow& row, HoldState state, int64_t end_us) {
  return execute(connection, kEndHold, row.member_id, row.hold_id, state, end_us);
}

constexpr Sql kListHoldPoints{
    "SELECT lot_number, points_milli FROM hold_points WHERE member_id = $1 AND hold_id = $2"
    " ORDER BY lot_number"};

absl::StatusOr<std::vector<HoldPointsRow>> list_hold_points(Connection& connection,
                                                            const HoldRow& hold) {
  return query_all(
      connection, kListHoldPoints,
      [](Statement& row) {
        return HoldPointsRow{row.int64(0), row.int64(1)};
      },
      hold.member_id, hold.hold_id);
}

constexpr Sql kListHoldRights{
    "SELECT grant_id, use_count, amount_minor FROM hold_rights"
    " WHERE member_id = $1 AND hold_id = $2 ORDER BY grant_id"};

absl::StatusOr<std::vector<HoldRightRow>> list_hold_rights(Connection& connection,
                                                           const HoldRow& hold) {
  return query_all(
      connection, kListHoldRights,
      [](Statement& row) {
        return HoldRightRow{row.int64(0), row.int64(1), row.int64(2)};
      },
      hold.member_id, hold.hold_id);
}

constexpr Sql kInsertHoldPoints{
    "INSERT INTO hold_points (member_id, hold_id, lot_number, points_milli)"
    " VALUES ($1, $2, $3, $4)"};

absl::Status insert_hold_points(Connection& connection, const HoldRow& hold,
                                const HoldPointsRow& row) {
  return execute(connection, kInsertHoldPoints, hold.member_id, hold.hold_id, row.lot_number,
                 row.points_milli);
}

constexpr Sql kInsertHoldRight{
    "INSERT INTO hold_rights (member_id, hold_id, grant_id, use_count, amount_minor)"
    " VALUES ($1, $2, $3, $4, $5)"};

absl::Status insert_hold_right(Connection& connection, const HoldRow& hold,
                               const HoldRightRow& row) {
  return execute(connection, kInsertHoldRight, hold.member_id, hold.hold_id, row.grant_id,
                 row.use_count, row.amount_minor);
}

constexpr Sql kListSilentHolds{
    "SELECT h.member_id, h.hold_id, h.register_id, h.request_id, h.digest, h.points_milli,"
    " h.place_day, h.place_us, h.expire_us, h.state, h.end_us"
    " FROM holds h JOIN registers r ON r.register_id = h.register_id"
    " WHERE h.state = 1 AND h.expire_us <= $1 AND h.place_us < $2"
    " AND (r.last_contact_us IS NULL OR r.last_contact_us < $2)"
    " ORDER BY h.expire_us LIMIT $3"};

absl::StatusOr<std::vector<HoldRow>> list_silent_holds(Connection& connection, int64_t now_us,
                                                       int64_t silent_since_us, int limit) {
  return query_all(connection, kListSilentHolds, read_hold, now_us, silent_since_us, limit);
}

constexpr Sql kHasOpenHold{"SELECT COUNT(*) FROM holds WHERE member_id = $1 AND state = 1"};

absl::StatusOr<bool> has_open_hold(Connection& connection, int64_t member_id) {
  return query_bool(connection, kHasOpenHold, member_id);
}

}  // namespace moadon::storage
