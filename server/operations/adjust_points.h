// Gives or takes points by hand.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int64_t kMaxAdjustedMilli = 1'000'000'000'000;  // either way

// MemberService.AdjustPoints, with its reasons. PROGRAM_MISSING also where the program in force has
// no points.
void adjust_points(Club& club, const v1::AdjustPointsRequest& request,
                   Answer<v1::AdjustPointsResponse> answer);

}  // namespace moadon
