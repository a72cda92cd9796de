// Keeps a member at a tier or above by hand.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.LockTier, with its reasons. TIME_OUT_OF_RANGE for a last date before the club's
// today, too.
void lock_tier(Club& club, const v1::LockTierRequest& request, Answer<v1::LockTierResponse> answer);

}  // namespace moadon
