// Who is worth a call today.
#pragma once

#include "moadon/v1/lifecycle_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// LifecycleService.ListCalls, with its reasons. Each page reads all members, and the last year of
// those in the stages asked for; memory does not grow with the club.
absl::StatusOr<v1::ListCallsResponse> list_calls(Club& club, const v1::ListCallsRequest& request);

}  // namespace moadon
