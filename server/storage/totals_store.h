// Sums over everything recorded.
#pragma once

#include "absl/status/statusor.h"
#include "moadon/v1/report_service.pb.h"
#include "server/storage/query.h"

namespace moadon::storage {

// Reads all sales, returns and members; exact. Wants a snapshot, so that the sums are of one
// instant.
absl::StatusOr<v1::GetTotalsResponse> read_totals(Connection& connection);

}  // namespace moadon::storage
