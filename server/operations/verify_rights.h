// A member's rights and the uses of benefits, for verify: counted again from verdicts, returns and
// holds.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/operations/plain_member.h"
#include "server/operations/verify_verdicts.h"
#include "server/storage/kept_promises_store.h"

namespace moadon {

// A right that merges moved to others, as those have it.
struct MovedRight {
  bool is_there = false;   // the merge is in force
  int64_t used_count = 0;  // there, of all that ever moved
  int64_t used_minor = 0;
};
using MovedRights = std::map<int64_t, MovedRight>;  // by grant id

// What merges say of a member's rights.
struct RightMerges {
  MovedRights moved;
  std::set<std::string> request_ids;  // of merges that brought rights
};

// Compares rights, their uses and the numbers of rows that the member's row keeps.
void compare_rights(const storage::KeptPromises& kept, const std::vector<PlainPromise>& promises,
                    const RightMerges& merges, Comparison& compare);

// Compares the uses of benefits. Members' and nobody's alike.
void compare_benefit_uses(const std::vector<storage::KeptBenefitUse>& uses,
                          const std::vector<PlainPromise>& promises, Comparison& compare);

}  // namespace moadon
