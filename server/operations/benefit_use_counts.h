// How often benefits were used, and whether that was too often.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "moadon/v1/benefit.pb.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/report_service.pb.h"
#include "server/storage/sale_store.h"
#include "server/storage/use_store.h"

namespace moadon {

// What a benefit gave beyond its limits.
struct LimitExcess {
  const v1::AppliedBenefit* applied = nullptr;  // in the verdict
  bool is_whole = false;                        // should not have been given at all
  int64_t beyond_minor = 0;                     // else: what it saved beyond the budget
};

// Counts what a sale used: by its member (nobody's too) and by the club. `differences` gets the
// limits of `program` that were reached before it, as the server counts now. Answers the benefits
// that exceeded any, each once.
absl::StatusOr<std::vector<LimitExcess>> count_uses(sqlite::Connection& connection,
                                                    const storage::SaleRow& sale,
                                                    const v1::Quote& verdict,
                                                    const v1::Program& program,
                                                    std::vector<v1::Difference>& differences);

// Keeps uses counted while they stand, one entry per Quote.applied. Whether anything changed.
absl::StatusOr<bool> keep_standing_uses(sqlite::Connection& connection,
                                        const storage::SaleRow& sale, const v1::Quote& verdict,
                                        const std::vector<bool>& stands);

// Gives what a sale of nobody used to its member, who is named in `sale`.
absl::Status give_uses(sqlite::Connection& connection, const storage::SaleRow& sale,
                       const v1::Quote& verdict);

}  // namespace moadon
