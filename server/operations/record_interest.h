// Signs of interest of members who are known.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.RecordInterest, with its reasons. Of a member who is part of another the signs are
// the other's.
void record_interest(Club& club, const v1::RecordInterestRequest& request,
                     Answer<v1::RecordInterestResponse> answer);

}  // namespace moadon
