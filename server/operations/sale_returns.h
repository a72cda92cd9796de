// The returns of one sale, resolved together.
#pragma once

#include "absl/status/status.h"
#include "server/operations/member_change.h"
#include "server/storage/return_store.h"
#include "server/storage/sale_store.h"

namespace moadon {

// What resolving needs to know of a sale.
struct SaleReference {
  int64_t member_id = 0;
  int64_t sale_id = 0;
  int64_t business_day = 0;
  int64_t effective_time_us = 0;
};

// Works out again what each return of the sale takes, in the order of their time, and writes every
// row of which the numbers changed: returns, lines on both sides, differences. `change` (null: the
// sale is nobody's) learns what that means for the member.
absl::Status resolve_returns_of(sqlite::Connection& connection, const SaleReference& sale,
                                MemberChange* change);

// What an applied return takes, as a fact.
storage::FactRow fact_of(const storage::ReturnRow& row);
storage::FactRow fact_of(const storage::SaleRow& row);

}  // namespace moadon
