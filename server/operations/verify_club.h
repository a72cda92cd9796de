// Recomputes what is derivable and compares it with what is kept.
#pragma once

#include "moadon/v1/admin_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// AdminService.Verify, with its reasons. One page, one snapshot, one reader.
absl::StatusOr<v1::VerifyResponse> verify_club(Club& club, const v1::VerifyRequest& request);

}  // namespace moadon
