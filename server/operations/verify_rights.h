// A member's rights and the uses of benefits, for verify: counted again from verdicts, returns and
// holds.
#pragma once

#include <vector>

#include "server/operations/plain_member.h"
#include "server/operations/verify_verdicts.h"
#include "server/storage/kept_promises_store.h"

namespace moadon {

// Compares rights, their uses and the numbers of rows that the member's row keeps.
void compare_rights(const storage::KeptPromises& kept, const std::vector<PlainPromise>& promises,
                    Comparison& compare);

// Compares the uses of benefits. Members' and nobody's alike.
void compare_benefit_uses(const std::vector<storage::KeptBenefitUse>& uses,
                          const std::vector<PlainPromise>& promises, Comparison& compare);

}  // namespace moadon
