#include "server/storage/member_store.h"

namespace moadon::storage {
namespace {

MemberDay read_day(Statement& row) { return {row.int64(0), row.int64(1), row.int64(2)}; }

}  // namespace

std::optional<int64_t> next_due_day(const MemberRow& row) {
  std::optional<int64_t> due;
  for (const auto& day : {row.next_stage_day, row.next_tier_day, row.next_points_day}) {
    if (day && (!due || *day < *due)) due = day;
  }
  return due;
}

MemberRow read_member(const Statement& row) {
  MemberRow member;
  member.member_id = row.int64(0);
  member.snapshot = row.int64(1);
  member.changed_us = row.int64(2);
  member.met_time_us = row.int64(3);
  member.met_day = row.int64(4);
  member.enrolled_time_us = row.optional_int64(5);
  member.enrolled_day = row.optional_int64(6);
  member.sale_count = row.int64(7);
  member.purchase_days = row.int64(8);
  member.first_purchase_day = row.optional_int64(9);
  member.last_purchase_day = row.optional_int64(10);
  member.net_spend_sum_minor = row.int64(11);
  member.last_fact_day = row.optional_int64(12);
  member.last_return_day = row.optional_int64(13);
  member.stage = static_cast<int>(row.int64(14));
  member.stage_since_day = row.optional_int64(15);
  member.next_stage_day = row.optional_int64(16);
  member.points_deficit_milli = row.int64(17);
  member.points_entry_number = row.int64(18);
  member.next_points_day = row.optional_int64(19);
  member.tier_id = std::string(row.text(20));
  member.tier_since_day = row.optional_int64(21);
  member.next_tier_day = row.optional_int64(22);
  member.right_count = row.int64(23);
  member.use_count = row.int64(24);
  member.tag_count = row.int64(25);
  member.lock_count = row.int64(26);
  member.merged_into = row.optional_int64(27);
  member.merge_count = row.int64(28);
  member.sign_count = row.int64(29);
  member.archive_us = row.optional_int64(30);
  member.refuse_us = row.optional_int64(31);
  member.erase_us = row.optional_int64(32);
  return member;
}

constexpr Sql kFindMember{
    "SELECT member_id, snapshot, changed_us, met_time_us, met_day, enrolled_time_us, enrolled_day,"
    " sale_count, purchase_days, first_purchase_day, last_purchase_day, net_spend_sum_minor,"
    " last_fact_day, last_return_day, stage, stage_since_day, next_stage_day,"
    " points_deficit_milli, points_entry_number, next_points_day, tier_id, tier_since_day,"
    " next_tier_day, right_count, use_count, tag_count, lock_count,"
    " merged_into, merge_count, sign_count, archive_us, refuse_us, erase_us"
    " FROM members WHERE member_id = $1"};

absl::StatusOr<std::optional<MemberRow>> find_member(Connection& connection, int64_t member_id) {
  return query_one(connection, kFindMember, read_member, member_id);
}

constexpr Sql kFindMemberByKey{
    "SELECT m.member_id, snapshot, changed_us, met_time_us, met_day, enrolled_time_us,"
    " enrolled_day, sale_count, purchase_days, first_purchase_day, last_purchase_day,"
    " net_spend_sum_minor, last_fact_day, last_return_day, stage, stage_since_day, next_stage_day,"
    " points_deficit_milli, points_entry_number, next_points_day, tier_id, tier_since_day,"
    " next_tier_day, right_count, use_count, tag_count, lock_count,"
    " merged_into, merge_count, sign_count, archive_us, refuse_us, erase_us"
    " FROM member_keys k JOIN members m ON m.member_id = k.member_id"
    " WHERE k.kind = $1 AND k.value = $2"};

absl::StatusOr<std::optional<MemberRow>> find_member_by_key(Connection& connection, int kind,
                                                            absl::string_view value) {
  return query_one(connection, kFindMemberByKey, read_member, kind, value);
}

constexpr Sql kInsertMember{
    "INSERT INTO members (member_id, snapshot, changed_us, met_time_us, met_day, enrolled_time_us,"
    " enrolled_day, sale_count, purchase_days, first_purchase_day, last_purchase_day,"
    " net_spend_sum_minor, last_fact_day, last_return_day, stage, stage_since_day, next_stage_day,"
    " points_deficit_milli, points_entry_number, next_points_day, tier_id, tier_since_day,"
    " next_tier_day, right_count, use_count, tag_count, lock_count, merged_into, merge_count,"
    " sign_count, archive_us, refuse_us, erase_us, next_due_day)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
    " $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)"};

absl::Status insert_member(Connection& connection, const MemberRow& row) {
  return execute(connection, kInsertMember, row.member_id, row.snapshot, row.changed_us,
                 row.met_time_us, row.met_day, row.enrolled_time_us, row.enrolled_day,
                 row.sale_count, row.purchase_days, row.first_purchase_day, row.last_purchase_day,
                 row.net_spend_sum_minor, row.last_fact_day, row.last_return_day, row.stage,
                 row.stage_since_day, row.next_stage_day, row.points_deficit_milli,
                 row.points_entry_number, row.next_points_day, row.tier_id, row.tier_since_day,
                 row.next_tier_day, row.right_count, row.use_count, row.tag_count, row.lock_count,
                 row.merged_into, row.merge_count, row.sign_count, row.archive_us, row.refuse_us,
                 row.erase_us, next_due_day(row));
}

constexpr Sql kUpdateMember{
    "UPDATE members SET snapshot = $2, changed_us = $3, met_time_us = $4, met_day = $5,"
    " enrolled_time_us = $6, enrolled_day = $7, sale_count = $8, purchase_days = $9,"
    " first_purchase_day = $10, last_purchase_day = $11, net_spend_sum_minor = $12,"
    " last_fact_day = $13, last_return_day = $14, stage = $15, stage_since_day = $16,"
    " next_stage_day = $17, points_deficit_milli = $18, points_entry_number = $19,"
    " next_points_day = $20, tier_id = $21, tier_since_day = $22, next_tier_day = $23,"
    " right_count = $24, use_count = $25, tag_count = $26, lock_count = $27, merged_into = $28,"
    " merge_count = $29, sign_count = $30, archive_us = $31, refuse_us = $32, erase_us = $33,"
    " next_due_day = $34"
    " WHERE member_id = $1"};

absl::Status update_member(Connection& connection, const MemberRow& row) {
  return execute(connection, kUpdateMember, row.member_id, row.snapshot, row.changed_us,
                 row.met_time_us, row.met_day, row.enrolled_time_us, row.enrolled_day,
                 row.sale_count, row.purchase_days, row.first_purchase_day, row.last_purchase_day,
                 row.net_spend_sum_minor, row.last_fact_day, row.last_return_day, row.stage,
                 row.stage_since_day, row.next_stage_day, row.points_deficit_milli,
                 row.points_entry_number, row.next_points_day, row.tier_id, row.tier_since_day,
                 row.next_tier_day, row.right_count, row.use_count, row.tag_count, row.lock_count,
                 row.merged_into, row.merge_count, row.sign_count, row.archive_us, row.refuse_us,
                 row.erase_us, next_due_day(row));
}

constexpr Sql kListMembers{
    "SELECT member_id, snapshot, changed_us, met_time_us, met_day, enrolled_time_us, enrolled_day,"
    " sale_count, purchase_days, first_purchase_day, last_purchase_day, net_spend_sum_minor,"
    " last_fact_day, last_return_day, stage, stage_since_day, next_stage_day,"
    " points_deficit_milli, points_entry_number, next_points_day, tier_id, tier_since_day,"
    " next_tier_day, right_count, use_count, tag_count, lock_count,"
    " merged_into, merge_count, sign_count, archive_us, refuse_us, erase_us"
    " FROM members WHERE member_id > $1 AND ($2 = 0 OR stage = $2) ORDER BY member_id LIMIT $3"};

absl::StatusOr<std::vector<MemberRow>> list_members(Connection& connection, int64_t after_id,
                                                    int stage, int limit) {
  return query_all(connection, kListMembers, read_member, after_id, stage, limit);
}

constexpr Sql kListMembersChanged{
    "SELECT member_id, snapshot, changed_us, met_time_us, met_day, enrolled_time_us, enrolled_day,"
    " sale_count, purchase_days, first_purchase_day, last_purchase_day, net_spend_sum_minor,"
    " last_fact_day, last_return_day, stage, stage_since_day, next_stage_day,"
    " points_deficit_milli, points_entry_number, next_points_day, tier_id, tier_since_day,"
    " next_tier_day, right_count, use_count, tag_count, lock_count,"
    " merged_into, merge_count, sign_count, archive_us, refuse_us, erase_us"
    " FROM members WHERE changed_us > $1 ORDER BY changed_us LIMIT $2"};

absl::StatusOr<std::vector<MemberRow>> list_members_changed(Connection& connection,
                                                            int64_t after_changed_us, int limit) {
  return query_all(connection, kListMembersChanged, read_member, after_changed_us, limit);
}

constexpr Sql kListDueMembers{
    "SELECT member_id FROM members WHERE next_due_day IS NOT NULL AND next_due_day <= $1"
    " ORDER BY next_due_day LIMIT $2"};

absl::StatusOr<std::vector<int64_t>> list_due_members(Connection& connection, int64_t day,
                                                      int limit) {
  return query_all(
      connection, kListDueMembers, [](Statement& row) { return row.int64(0); }, day, limit);
}

constexpr Sql kMakeAllMembersDue{
    "UPDATE members SET next_stage_day = $1,"
    " next_due_day = CASE WHEN next_due_day < $1 THEN next_due_day ELSE $1 END"
    " WHERE next_stage_day IS NULL OR next_stage_day > $1"};

absl::Status make_all_members_due(Connection& connection, int64_t day) {
  return execute(connection, kMakeAllMembersDue, day);
}

constexpr Sql kNewestChange{"SELECT COALESCE(MAX(changed_us), 0) FROM members"};

absl::StatusOr<int64_t> newest_change_us(Connection& connection) {
  return query_int64(connection, kNewestChange);
}

constexpr Sql kCountMembers{"SELECT COUNT(*) FROM members"};

absl::StatusOr<int64_t> count_members(Connection& connection) {
  return query_int64(connection, kCountMembers);
}

constexpr Sql kFindMemberDay{
    "SELECT day, units_milli, spend_minor FROM member_days WHERE member_id = $1 AND day = $2"};

absl::StatusOr<std::optional<MemberDay>> find_member_day(Connection& connection, int64_t member_id,
                                                         int64_t day) {
  return query_one(connection, kFindMemberDay, read_day, member_id, day);
}

constexpr Sql kListMemberDays{
    "SELECT day, units_milli, spend_minor FROM member_days WHERE member_id = $1 AND day > $2"
    " ORDER BY day"};

absl::StatusOr<std::vector<MemberDay>> list_member_days(Connection& connection, int64_t member_id,
                                                        int64_t after_day) {
  return query_all(connection, kListMemberDays, read_day, member_id, after_day);
}

constexpr Sql kKeepMemberDay{
    "INSERT INTO member_days (member_id, day, units_milli, spend_minor) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (member_id, day) DO UPDATE SET units_milli = $3, spend_minor = $4"};
constexpr Sql kDropMemberDay{"DELETE FROM member_days WHERE member_id = $1 AND day = $2"};

absl::Status keep_member_day(Connection& connection, int64_t member_id, const MemberDay& day) {
  if (day.units_milli == 0 && day.spend_minor == 0) {
    return execute(connection, kDropMemberDay, member_id, day.day);
  }
  return execute(connection, kKeepMemberDay, member_id, day.day, day.units_milli, day.spend_minor);
}

constexpr Sql kFirstPurchaseDay{
    "SELECT day FROM member_days WHERE member_id = $1 AND units_milli > 0 ORDER BY day LIMIT 1"};

absl::StatusOr<std::optional<int64_t>> first_purchase_day(Connection& connection,
                                                          int64_t member_id) {
  return query_one(
      connection, kFirstPurchaseDay, [](Statement& row) { return row.int64(0); }, member_id);
}

constexpr Sql kLastPurchaseDay{
    "SELECT day FROM member_days WHERE member_id = $1 AND day <= $2 AND units_milli > 0"
    " ORDER BY day DESC LIMIT 1"};

absl::StatusOr<std::optional<int64_t>> last_purchase_day(Connection& connection, int64_t member_id,
                                                         int64_t until) {
  return query_one(
      connection, kLastPurchaseDay, [](Statement& row) { return row.int64(0); }, member_id, until);
}

}  // namespace moadon::storage
