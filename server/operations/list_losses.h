// The loss account, for the owner.
#pragma once

#include "moadon/v1/offline_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// OfflineService.ListLosses, with its reasons. Each page is of one instant of the data.
absl::StatusOr<v1::ListLossesResponse> list_losses(Club& club,
                                                   const v1::ListLossesRequest& request);

}  // namespace moadon
