// Inactive members whom a person should look at.
#pragma once

#include "moadon/v1/lifecycle_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// LifecycleService.ProposeReviews, with its reasons. A page reads members after the one before
// until it is full, on one reader; the lines of those who bought where the settings name
// discontinued products.
absl::StatusOr<v1::ProposeReviewsResponse> propose_reviews(
    Club& club, const v1::ProposeReviewsRequest& request);

}  // namespace moadon
