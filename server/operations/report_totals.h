// The club in ten numbers.
#pragma once

#include "moadon/v1/report_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ReportService.GetTotals: exact, of one instant of the data.
absl::StatusOr<v1::GetTotalsResponse> get_totals(Club& club);

}  // namespace moadon
