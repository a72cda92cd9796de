#include "server/storage/merge_store.h"

namespace moadon::storage {
namespace {

// Every list of a merge's columns is in this order.
MergeRow read_merge(Statement& row) {
  return {row.int64(0),
          row.int64(1),
          row.int64(2),
          std::string(row.text(3)),
          row.int64(4),
          row.int64(5),
          std::string(row.text(6)),
          row.optional_int64(7),
          row.optional_int64(8)};
}

}  // namespace

constexpr Sql kListMergesOfLost{
    "SELECT lost_id, position, kept_id, request_id, merge_us, merge_day, undo_request_id, undo_us,"
    " undo_day FROM merges WHERE lost_id = $1 ORDER BY position"};

absl::StatusOr<std::vector<MergeRow>> list_merges_of_lost(Connection& connection, int64_t lost_id) {
  return query_all(connection, kListMergesOfLost, read_merge, lost_id);
}

constexpr Sql kListMergesInto{
    "SELECT lost_id, position, kept_id, request_id, merge_us, merge_day, undo_request_id, undo_us,"
    " undo_day FROM merges WHERE kept_id = $1 ORDER BY lost_id, position"};

absl::StatusOr<std::vector<MergeRow>> list_merges_into(Connection& connection, int64_t kept_id) {
  return query_all(connection, kListMergesInto, read_merge, kept_id);
}

constexpr Sql kInsertMerge{
    "INSERT INTO merges (lost_id, position, kept_id, request_id, merge_us, merge_day,"
    " undo_request_id) VALUES ($1, $2, $3, $4, $5, $6, '')"};

absl::Status insert_merge(Connection& connection, const MergeRow& merge) {
  return execute(connection, kInsertMerge, merge.lost_id, merge.position, merge.kept_id,
                 merge.request_id, merge.merge_us, merge.merge_day);
}

constexpr Sql kLastMergeMoment{
    "SELECT coalesce(max(coalesce(undo_us, merge_us)), 0), coalesce(max(coalesce(undo_day,"
    " merge_day)), 0) FROM merges WHERE lost_id = $1 OR kept_id = $1"};

absl::StatusOr<MergeMoment> last_merge_moment(Connection& connection, int64_t member_id) {
  const auto moment = query_one(
      connection, kLastMergeMoment,
      [](Statement& row) {
        return MergeMoment{row.int64(0), row.int64(1)};
      },
      member_id);
  if (!moment.ok()) return moment.status();
  return moment->value_or(MergeMoment());
}

constexpr Sql kKeepUndo{
    "UPDATE merges SET undo_request_id = $3, undo_us = $4, undo_day = $5"
    " WHERE lost_id = $1 AND position = $2"};

absl::Status keep_undo(Connection& connection, const MergeRow& merge) {
  return execute(connection, kKeepUndo, merge.lost_id, merge.position, merge.undo_request_id,
                 merge.undo_us, merge.undo_day);
}

}  // namespace moadon::storage
