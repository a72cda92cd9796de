// What each joining cohort spent.
#pragma once

#include "moadon/v1/value_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ValueService.GetCohorts, with its reasons. Reads all members and their days; memory is two
// numbers per cohort and quarter for each piece of the scan.
absl::StatusOr<v1::GetCohortsResponse> get_cohorts(Club& club);

}  // namespace moadon
