// How many members a group has.
#pragma once

#include "moadon/v1/group_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// GroupService.CountGroup, with its reasons. Reads all members, on several readers at once; memory
// does not grow with the club but for a share of the best (top_border.h).
absl::StatusOr<v1::CountGroupResponse> count_group(Club& club,
                                                   const v1::CountGroupRequest& request);

}  // namespace moadon
