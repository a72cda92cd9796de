#include "server/storage/member_branch_store.h"

namespace moadon::storage {

constexpr Sql kKeepMemberBranch{
    "INSERT INTO member_branches (member_id, branch_id, last_day) VALUES ($1, $2, $3)"
    " ON CONFLICT (member_id, branch_id) DO UPDATE SET last_day = $3"
    " WHERE member_branches.last_day < $3"};

absl::Status keep_member_branch(Connection& connection, int64_t member_id,
                                const MemberBranchRow& row) {
  return execute(connection, kKeepMemberBranch, member_id, row.branch_id, row.last_day);
}

constexpr Sql kListMemberBranches{
    "SELECT branch_id, last_day FROM member_branches WHERE member_id = $1 ORDER BY branch_id"};

absl::StatusOr<std::vector<MemberBranchRow>> list_member_branches(Connection& connection,
                                                                  int64_t member_id) {
  return query_all(
      connection, kListMemberBranches,
      [](Statement& row) {
        return MemberBranchRow{std::string(row.text(0)), row.int64(1)};
      },
      member_id);
}

constexpr Sql kListBuyers{
    "SELECT member_id, last_day FROM member_branches"
    " WHERE branch_id = $1 AND (last_day, member_id) < ($2, $3)"
    " ORDER BY last_day DESC, member_id DESC LIMIT $4"};

absl::StatusOr<std::vector<BuyerRow>> list_buyers(Connection& connection,
                                                  absl::string_view branch_id,
                                                  const BuyerRow& after, int limit) {
  return query_all(
      connection, kListBuyers,
      [](Statement& row) {
        return BuyerRow{row.int64(0), row.int64(1)};
      },
      branch_id, after.last_day, after.member_id, limit);
}

}  // namespace moadon::storage
