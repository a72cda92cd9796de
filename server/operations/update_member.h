// Sets what the owner keeps of a member: birthday, anniversary, tags.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int kMaxTagsPerMember = 64;

// MemberService.UpdateMember, with its reasons. A tag that is both added and removed is removed.
void update_member(Club& club, const v1::UpdateMemberRequest& request,
                   Answer<v1::UpdateMemberResponse> answer);

}  // namespace moadon
