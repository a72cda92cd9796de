// The ledger of one member's points.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.ListPoints, with its reasons. Each page is of one instant of the data.
absl::StatusOr<v1::ListPointsResponse> list_points(Club& club,
                                                   const v1::ListPointsRequest& request);

}  // namespace moadon
