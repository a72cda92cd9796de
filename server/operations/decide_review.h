// What a person decided about an inactive member.
#pragma once

#include "moadon/v1/lifecycle_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// LifecycleService.DecideReview, with its reasons. Archiving somebody archived keeps since when.
void decide_review(Club& club, const v1::DecideReviewRequest& request,
                   Answer<v1::DecideReviewResponse> answer);

}  // namespace moadon
