// Keeps a question over members under a name.
#pragma once

#include "moadon/v1/group_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int64_t kMaxGroups = 10'000;

// GroupService.SaveGroup, with its reasons.
void save_group(Club& club, const v1::SaveGroupRequest& request,
                Answer<v1::SaveGroupResponse> answer);

}  // namespace moadon
