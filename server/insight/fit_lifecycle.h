// Is the churn stage right? docs/lifecycle.md, "Fit", says how this is found out.
#pragma once

#include "absl/status/statusor.h"
#include "moadon/v1/lifecycle_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// As LifecycleService.FitLifecycle promises. Holds readers while it reads, for seconds in a large
// club, then computes on threads of its own.
absl::StatusOr<v1::FitLifecycleResponse> fit_lifecycle(Club& club,
                                                       const v1::FitLifecycleRequest& request);

}  // namespace moadon
