// Gives a right by hand.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.GrantMemberRight, with its reasons.
void grant_right(Club& club, const v1::GrantMemberRightRequest& request,
                 Answer<v1::GrantMemberRightResponse> answer);

}  // namespace moadon
