#include "server/storage/right_store.h"

namespace moadon::storage {
namespace {

// Every list of a right's columns is in this order.
RightRow read_right(Statement& row) {
  RightRow right;
  right.grant_id = row.int64(0);
  right.right_id = std::string(row.text(1));
  right.source = std::string(row.text(2));
  right.sale_id = row.int64(3);
  right.position = row.int64(4);
  right.granted_day = row.int64(5);
  right.from_day = row.int64(6);
  right.until_day = row.optional_int64(7);
  right.use_count = row.int64(8);
  right.amount_minor = row.int64(9);
  right.is_single_use = row.int64(10) != 0;
  right.uses_left = row.int64(11);
  right.amount_left_minor = row.int64(12);
  right.uses_held = row.int64(13);
  right.amount_held_minor = row.int64(14);
  right.withdrawn_day = row.optional_int64(15);
  right.record_us = row.int64(16);
  return right;
}

}  // namespace

constexpr Sql kListLiveRights{
    "SELECT grant_id, right_id, source, sale_id, position, granted_day, from_day, until_day,"
    " use_count, amount_minor, is_single_use, uses_left, amount_left_minor, uses_held,"
    " amount_held_minor, withdrawn_day, record_us FROM rights"
    " WHERE member_id = $1 AND uses_left > 0 AND withdrawn_day IS NULL"
    " ORDER BY CASE WHEN until_day IS NULL THEN 1 ELSE 0 END, until_day, grant_id"};

absl::StatusOr<std::vector<RightRow>> list_live_rights(Connection& connection, int64_t member_id) {
  return query_all(connection, kListLiveRights, read_right, member_id);
}

constexpr Sql kListRights{
    "SELECT grant_id, right_id, source, sale_id, position, granted_day, from_day, until_day,"
    " use_count, amount_minor, is_single_use, uses_left, amount_left_minor, uses_held,"
    " amount_held_minor, withdrawn_day, record_us FROM rights"
    " WHERE member_id = $1 ORDER BY record_us, grant_id"};

absl::StatusOr<std::vector<RightRow>> list_rights(Connection& connection, int64_t member_id) {
  return query_all(connection, kListRights, read_right, member_id);
}

constexpr Sql kFindRight{
    "SELECT grant_id, right_id, source, sale_id, position, granted_day, from_day, until_day,"
    " use_count, amount_minor, is_single_use, uses_left, amount_left_minor, uses_held,"
    " amount_held_minor, withdrawn_day, record_us FROM rights"
    " WHERE member_id = $1 AND grant_id = $2"};

absl::StatusOr<std::optional<RightRow>> find_right(Connection& connection, int64_t member_id,
                                                   int64_t grant_id) {
  return query_one(connection, kFindRight, read_right, member_id, grant_id);
}

constexpr Sql kKeepRight{
    "INSERT INTO rights (member_id, grant_id, right_id, source, sale_id, position, granted_day,"
    " from_day, until_day, use_count, amount_minor, is_single_use, uses_left, amount_left_minor,"
    " uses_held, amount_held_minor, withdrawn_day, record_us)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
    " ON CONFLICT (member_id, grant_id) DO UPDATE SET until_day = $9, uses_left = $13,"
    " amount_left_minor = $14, uses_held = $15, amount_held_minor = $16, withdrawn_day = $17"};

absl::Status keep_right(Connection& connection, int64_t member_id, const RightRow& right) {
  return execute(connection, kKeepRight, member_id, right.grant_id, right.right_id, right.source,
                 right.sale_id, right.position, right.granted_day, right.from_day, right.until_day,
                 right.use_count, right.amount_minor, right.is_single_use ? 1 : 0, right.uses_left,
                 right.amount_left_minor, right.uses_held, right.amount_held_minor,
                 right.withdrawn_day, right.record_us);
}

constexpr Sql kListRightUses{
    "SELECT sale_id, position, grant_id, use_count, amount_minor, is_standing FROM right_uses"
    " WHERE member_id = $1 AND sale_id = $2 ORDER BY position"};

absl::StatusOr<std::vector<RightUseRow>> list_right_uses(Connection& connection, int64_t member_id,
                                                         int64_t sale_id) {
  return query_all(
      connection, kListRightUses,
      [](Statement& row) {
        return RightUseRow{row.int64(0), row.int64(1), row.int64(2),
                           row.int64(3), row.int64(4), row.int64(5) != 0};
      },
      member_id, sale_id);
}

constexpr Sql kKeepRightUse{
    "INSERT INTO right_uses (member_id, sale_id, position, grant_id, use_count, amount_minor,"
    " is_standing) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (member_id, sale_id, position) DO UPDATE SET is_standing = $7"};

absl::Status keep_right_use(Connection& connection, int64_t member_id, const RightUseRow& use) {
  return execute(connection, kKeepRightUse, member_id, use.sale_id, use.position, use.grant_id,
                 use.use_count, use.amount_minor, use.is_standing ? 1 : 0);
}

}  // namespace moadon::storage
