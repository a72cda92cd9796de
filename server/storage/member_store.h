// Members: what is kept of each, without who they are (member_details_store.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

inline constexpr int64_t kNobody = 0;
inline constexpr int kMemberColumns = 33;  // that are read

struct MemberRow {
  int64_t member_id = kNobody;
  int64_t snapshot = 0;
  int64_t changed_us = 0;  // place in the feed of changes; unique
  int64_t met_time_us = 0;
  int64_t met_day = 0;
  std::optional<int64_t> enrolled_time_us;
  std::optional<int64_t> enrolled_day;
  int64_t sale_count = 0;
  int64_t purchase_days = 0;
  std::optional<int64_t> first_purchase_day;
  std::optional<int64_t> last_purchase_day;
  int64_t net_spend_sum_minor = 0;
  std::optional<int64_t> last_fact_day;    // the latest on which a sale or return counts
  std::optional<int64_t> last_return_day;  // the same of returns that took something
  int stage = 0;                           // v1::Stage
  std::optional<int64_t> stage_since_day;
  std::optional<int64_t> next_stage_day;
  int64_t points_deficit_milli = 0;
  int64_t points_entry_number = 0;  // of the last entry in the ledger
  std::optional<int64_t> next_points_day;
  std::string tier_id;  // empty: none
  std::optional<int64_t> tier_since_day;
  std::optional<int64_t> next_tier_day;
  // Rows in rights, benefit_uses, member_tags and tier_locks: of 0 nobody needs to look.
  int64_t right_count = 0;
  int64_t use_count = 0;
  int64_t tag_count = 0;
  int64_t lock_count = 0;
  // The member whom this one is part of now.
  std::optional<int64_t> merged_into;
  // Merges it ever had a part in, on either side, and rows in member_signs.
  int64_t merge_count = 0;
  int64_t sign_count = 0;
  std::optional<int64_t> archive_us;  // archived then, and nothing bought since
  std::optional<int64_t> refuse_us;   // wants no services since then
  std::optional<int64_t> erase_us;    // details erased then
};

// The earliest day on which time alone may change something of the member; empty: never.
std::optional<int64_t> next_due_day(const MemberRow& row);

absl::StatusOr<std::optional<MemberRow>> find_member(Connection& connection, int64_t member_id);
// Kinds of keys are those of member_keys.
absl::StatusOr<std::optional<MemberRow>> find_member_by_key(Connection& connection, int kind,
                                                            absl::string_view value);
// A member from the first kMemberColumns columns of a row, which are those of members in their
// order.
MemberRow read_member(const Statement& row);
absl::Status insert_member(Connection& connection, const MemberRow& row);
// Writes all columns but the id; next_due_day follows from the others.
absl::Status update_member(Connection& connection, const MemberRow& row);

// In the order of ids, after `after_id`; `stage` 0: of any.
absl::StatusOr<std::vector<MemberRow>> list_members(Connection& connection, int64_t after_id,
                                                    int stage, int limit);
// In the order of change.
absl::StatusOr<std::vector<MemberRow>> list_members_changed(Connection& connection,
                                                            int64_t after_changed_us, int limit);
// Ids of members whose next_due_day is `day` or earlier, the longest due first.
absl::StatusOr<std::vector<int64_t>> list_due_members(Connection& connection, int64_t day,
                                                      int limit);
// Makes every member due on `day` at the latest, by their next_stage_day.
absl::Status make_all_members_due(Connection& connection, int64_t day);
absl::StatusOr<int64_t> newest_change_us(Connection& connection);
absl::StatusOr<int64_t> count_members(Connection& connection);

// What is kept of one purchase day.
struct MemberDay {
  int64_t day = 0;
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
};

absl::StatusOr<std::optional<MemberDay>> find_member_day(Connection& connection, int64_t member_id,
                                                         int64_t day);
// Days after `after_day`, oldest first.
absl::StatusOr<std::vector<MemberDay>> list_member_days(Connection& connection, int64_t member_id,
                                                        int64_t after_day);
// A day of which nothing is kept has no row.
absl::Status keep_member_day(Connection& connection, int64_t member_id, const MemberDay& day);
// The first purchase day, and the last that is `until` or earlier; empty: none.
absl::StatusOr<std::optional<int64_t>> first_purchase_day(Connection& connection,
                                                          int64_t member_id);
absl::StatusOr<std::optional<int64_t>> last_purchase_day(Connection& connection, int64_t member_id,
                                                         int64_t until);

}  // namespace moadon::storage
