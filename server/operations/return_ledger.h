// What the returns of a sale mean in the ledger.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "moadon/v1/report_service.pb.h"
#include "moadon/v1/sale.pb.h"
#include "rules/returns.h"
#include "server/operations/member_change.h"
#include "server/operations/verdict.h"
#include "server/operations/writer_state.h"
#include "server/storage/return_store.h"
#include "server/storage/sale_store.h"
#include "server/storage/verdict_store.h"

namespace moadon {

// A sale with promises, as kept.
struct PromisedSale {
  const storage::SaleRow& row;
  const v1::Sale& content;
  const Verdict& verdict;
  storage::VerdictRow kept;  // brought up to date
};

// A return of it.
struct SettledReturn {
  storage::ReturnRow& row;  // what it took and gave back is brought up to date; not written
  const ResolvedReturn& resolved;
  std::vector<v1::Difference>& differences;  // gets what was used elsewhere meanwhile
};

// Brings points, rights and uses to what the kept units deserve, whatever was settled before:
// `returns` are all of the sale's, in the order of their time. Each moves on its own day what it
// alone takes away, so that neither the order of arrival nor the number of returns makes a
// difference to any sum. `change` is the member's; null: the sale is nobody's.
absl::Status settle_returns(sqlite::Connection& connection, WriterState& state, PromisedSale& sale,
                            std::vector<SettledReturn>& returns, MemberChange* change);

}  // namespace moadon
