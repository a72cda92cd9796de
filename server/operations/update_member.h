// Sets what the owner keeps of a member: details, fields of the owner's, tags; and notes when and
// by whom they were said.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int kMaxTagsPerMember = 64;
inline constexpr int kMaxConfirmedFields = 64;

// MemberService.UpdateMember, with its reasons. A tag that is both added and removed is removed.
void update_member(Club& club, const v1::UpdateMemberRequest& request,
                   Answer<v1::UpdateMemberResponse> answer);

}  // namespace moadon
