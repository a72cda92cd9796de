// The ledger of one member's points.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"
#include "server/storage/points_store.h"

namespace moadon {

// MemberService.ListPoints, with its reasons. Each page is of one instant of the data.
absl::StatusOr<v1::ListPointsResponse> list_points(Club& club,
                                                   const v1::ListPointsRequest& request);

// An entry of the ledger as kept.
v1::PointsEntry entry_message(const storage::PointsEntryRow& row);

}  // namespace moadon
