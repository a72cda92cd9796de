// Where members buy: a hint for what registers keep, not a sum.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

}  // namespace moadon::storage
