#include "server/storage/points_store.h"

namespace moadon::storage {
namespace {

// Every list of a lot's columns is in this order.
PointsLotRow read_lot(Statement& row) {
  return {row.int64(0), std::string(row.text(1)),
          row.int64(2), row.optional_int64(3),
          row.int64(4), row.int64(5),
          row.int64(6), row.int64(7),
          row.int64(8), row.int64(9),
          row.int64(10)};
}

PointsEntryRow read_entry(Statement& row) {
  return {row.int64(0),
          row.int64(1),
          static_cast<int>(row.int64(2)),
          row.int64(3),
          std::string(row.text(4)),
          row.int64(5),
          row.int64(6),
          std::string(row.text(7)),
          std::string(row.text(8))};
}

}  // namespace

constexpr Sql kListLiveLots{
    "SELECT lot_number, source, usable_day, expire_day, granted_milli, left_milli, held_milli,"
    " spent_milli, expired_milli, reversed_milli, deficit_paid_milli FROM points_lots"
    " WHERE member_id = $1 AND left_milli + held_milli > 0 ORDER BY lot_number"};

absl::StatusOr<std::vector<PointsLotRow>> list_live_lots(Connection& connection,
                                                         int64_t member_id) {
  return query_all(connection, kListLiveLots, read_lot, member_id);
}

constexpr Sql kListLots{
    "SELECT lot_number, source, usable_day, expire_day, granted_milli, left_milli, held_milli,"
    " spent_milli, expired_milli, reversed_milli, deficit_paid_milli FROM points_lots"
    " WHERE member_id = $1 ORDER BY lot_number"};

absl::StatusOr<std::vector<PointsLotRow>> list_lots(Connection& connection, int64_t member_id) {
  return query_all(connection, kListLots, read_lot, member_id);
}

constexpr Sql kFindLot{
    "SELECT lot_number, source, usable_day, expire_day, granted_milli, left_milli, held_milli,"
    " spent_milli, expired_milli, reversed_milli, deficit_paid_milli FROM points_lots"
    " WHERE member_id = $1 AND lot_number = $2"};

absl::StatusOr<std::optional<PointsLotRow>> find_lot(Connection& connection, int64_t member_id,
                                                     int64_t lot_number) {
  return query_one(connection, kFindLot, read_lot, member_id, lot_number);
}

constexpr Sql kKeepLot{
    "INSERT INTO points_lots (member_id, lot_number, source, usable_day, expire_day,"
    " granted_milli, left_milli, held_milli, spent_milli, expired_milli, reversed_milli,"
    " deficit_paid_milli) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " ON CONFLICT (member_id, lot_number) DO UPDATE SET left_milli = $7, held_milli = $8,"
    " spent_milli = $9, expired_milli = $10, reversed_milli = $11, deficit_paid_milli = $12"};

absl::Status keep_lot(Connection& connection, int64_t member_id, const PointsLotRow& lot) {
  return execute(connection, kKeepLot, member_id, lot.lot_number, lot.source, lot.usable_day,
                 lot.expire_day, lot.granted_milli, lot.left_milli, lot.held_milli, lot.spent_milli,
                 lot.expired_milli, lot.reversed_milli, lot.deficit_paid_milli);
}

constexpr Sql kInsertPointsEntry{
    "INSERT INTO points_entries (member_id, entry_number, entry_day, kind, points_milli, source,"
    " lot_number, record_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};

absl::Status insert_points_entry(Connection& connection, int64_t member_id,
                                 const PointsEntryRow& entry) {
  return execute(connection, kInsertPointsEntry, member_id, entry.entry_number, entry.entry_day,
                 entry.kind, entry.points_milli, entry.source, entry.lot_number, entry.record_us);
}

// Kind 6 is POINTS_ENTRY_KIND_ADJUST: only its source is a request.
constexpr Sql kListPointsEntries{
    "SELECT e.entry_number, e.entry_day, e.kind, e.points_milli, e.source, e.lot_number,"
    " e.record_us, COALESCE(d.note, ''), COALESCE(d.actor, '') FROM points_entries e"
    " LEFT JOIN decisions d ON d.request_id = e.source AND e.kind = 6"
    " WHERE e.member_id = $1 AND e.entry_number > $2 ORDER BY e.entry_number LIMIT $3"};

absl::StatusOr<std::vector<PointsEntryRow>> list_points_entries(Connection& connection,
                                                                int64_t member_id,
                                                                int64_t after_number, int limit) {
  return query_all(connection, kListPointsEntries, read_entry, member_id, after_number, limit);
}

constexpr Sql kSumPointsEntries{
    "SELECT CAST(COALESCE(SUM(points_milli), 0) AS BIGINT) FROM points_entries"
    " WHERE member_id = $1 AND source = $2 AND kind = $3 AND lot_number = $4"};

absl::StatusOr<int64_t> sum_points_entries(Connection& connection, int64_t member_id,
                                           absl::string_view source, int kind, int64_t lot_number) {
  return query_int64(connection, kSumPointsEntries, member_id, source, kind, lot_number);
}

}  // namespace moadon::storage
