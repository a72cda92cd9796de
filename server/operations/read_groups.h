// Saved groups: one, and all.
#pragma once

#include <string>

#include "moadon/v1/group_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// GroupService.GetGroup and ListGroups, with their reasons.
absl::StatusOr<v1::GetGroupResponse> get_group(Club& club, const v1::GetGroupRequest& request);
absl::StatusOr<v1::ListGroupsResponse> list_groups(Club& club,
                                                   const v1::ListGroupsRequest& request);

// GROUP_UNKNOWN.
absl::Status group_unknown(const std::string& group_id);

}  // namespace moadon
