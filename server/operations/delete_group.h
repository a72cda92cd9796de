// Forgets a saved group.
#pragma once

#include "moadon/v1/group_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// GroupService.DeleteGroup, with its reasons.
void delete_group(Club& club, const v1::DeleteGroupRequest& request,
                  Answer<v1::DeleteGroupResponse> answer);

}  // namespace moadon
