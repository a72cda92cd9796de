// What sales cost the club, beyond what the program promised, because the server was not there: the
// loss account. They were priced by the register alone, or were paid so late that what their hold
// had set aside was free again: of these the account has the points and rights. A sale enters what
// it lost once; what its returns bring of that follows from the units kept, whatever the order, and
// rows are only ever added.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "moadon/v1/quote.pb.h"
#include "rules/pricing.h"
#include "server/operations/return_ledger.h"
#include "server/operations/verdict.h"
#include "server/operations/writer_state.h"
#include "server/storage/loss_store.h"
#include "server/storage/sale_store.h"

namespace moadon {

// One thing that was not there.
struct SaleLoss {
  storage::LossKind kind = storage::LossKind::kPoints;
  int64_t points_milli = 0;
  int64_t amount_minor = 0;
  std::string benefit_id;  // empty: points
  int64_t grant_id = 0;    // 0: no right
};

// Whether a sale was priced under terms: what it overspent is the club's loss, not the member's.
// So is what one overspent whose hold has lapsed.
bool is_under_terms(const Verdict& verdict);

// What so many of the points that a sale spent paid of it, rounded half up.
int64_t worth_of_spent_minor(const v1::Quote& verdict, int64_t points_milli);
// What a benefit gave: what it saved and what its points are worth.
int64_t given_minor(const v1::AppliedBenefit& applied, const v1::Program& program);
// The benefit by which a verdict uses its right at `position`, from 0; null: none.
const v1::AppliedBenefit* user_of_right(const v1::Quote& verdict, int position);

// Enters what a sale lost; what cost nothing is left out. The rows are the sale's receipt's.
absl::Status enter_losses(sqlite::Connection& connection, WriterState& state,
                          const storage::SaleRow& sale, const std::vector<SaleLoss>& losses);

// How many of the points that come back to a sale undo what was lost: by return, in the order of
// their time. The points that the member did not have come back first.
struct UndonePoints {
  std::vector<int64_t> before_milli;  // as the account said
  std::vector<int64_t> now_milli;     // as it says now
};

// Brings the account to what the kept units deserve: the loss of points that the kept units still
// spend, of benefits and rights that still stand. `returns` are all of the sale's, `rewards` what
// is kept after each. What changed is added as rows of the returns. Nothing for a sale that lost
// nothing.
absl::StatusOr<UndonePoints> settle_losses(sqlite::Connection& connection, WriterState& state,
                                           const PromisedSale& sale,
                                           const std::vector<SettledReturn>& returns,
                                           const std::vector<KeptRewards>& rewards);

}  // namespace moadon
