// Members who may be spoken to, and what the order of a call list is made of.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/storage/member_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

// The part of a MemberRow that decides about a call. Fields as there.
struct CallableMember {
  int64_t member_id = kNobody;
  int64_t purchase_days = 0;
  std::optional<int64_t> first_purchase_day;
  std::optional<int64_t> last_purchase_day;
  int stage = 0;
  std::optional<int64_t> stage_since_day;
  std::optional<int64_t> next_stage_day;
};

// Calls `take(member)` for all with ids in (after_id, until_id] who want services, are not
// archived, were not erased and are not part of another; a refusal ends it and is returned.
absl::Status scan_callable(Connection& connection, int64_t after_id, int64_t until_id,
                           absl::FunctionRef<absl::Status(const CallableMember&)> take);

// What is kept of a member's purchases from `first_day` through `last_day`, returns without receipt
// taken off.
absl::StatusOr<int64_t> sum_spend(Connection& connection, int64_t member_id, int64_t first_day,
                                  int64_t last_day);

}  // namespace moadon::storage
