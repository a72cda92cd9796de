// The returns of one sale, resolved together.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "moadon/v1/report_service.pb.h"
#include "server/operations/member_change.h"
#include "server/operations/writer_state.h"
#include "server/storage/return_store.h"
#include "server/storage/sale_store.h"

namespace moadon {

// Works out again what each return of the sale takes, in the order of their time, and writes every
// row of which the numbers changed: returns, lines on both sides, differences; and brings the
// ledger to what the kept units deserve. `change` (null: the sale is nobody's) learns what that
// means for the member.
absl::Status resolve_returns_of(sqlite::Connection& connection, WriterState& state,
                                const storage::SaleRow& sale, MemberChange* change);

// Adds to what the owner should see of a sale or return that is recorded.
absl::Status add_differences(sqlite::Connection& connection, const std::string& register_id,
                             const std::string& receipt,
                             const std::vector<v1::Difference>& differences);

// What an applied return takes, as a fact.
storage::FactRow fact_of(const storage::ReturnRow& row);
storage::FactRow fact_of(const storage::SaleRow& row);

}  // namespace moadon
