// Where members buy: a hint for what registers keep, not a sum.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

// A branch in which a member bought, and the latest business day of a sale there. Returns change
// neither, and a sale that arrives late changes it only where it is the latest.
struct MemberBranchRow {
  std::string branch_id;
  int64_t last_day = 0;

  bool operator==(const MemberBranchRow&) const = default;
};

absl::Status keep_member_branch(Connection& connection, int64_t member_id,
                                const MemberBranchRow& row);
// Of the member's own sales, by branch_id; those of who is part of them are not among them.
absl::StatusOr<std::vector<MemberBranchRow>> list_member_branches(Connection& connection,
                                                                  int64_t member_id);

// Who bought in a branch, and when last.
struct BuyerRow {
  int64_t member_id = 0;
  int64_t last_day = 0;
};
// Those who bought last first, after `after`; parts of others are buyers of their own.
absl::StatusOr<std::vector<BuyerRow>> list_buyers(Connection& connection,
                                                  absl::string_view branch_id,
                                                  const BuyerRow& after, int limit);

}  // namespace moadon::storage
