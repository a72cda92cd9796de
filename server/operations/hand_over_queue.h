// The owner's queue: what registers handed over, to look at and to settle.
#pragma once

#include "absl/status/statusor.h"
#include "moadon/v1/offline_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// OfflineService.ListHandedOver, with its reasons. A page ends early rather than grow past what a
// caller takes in one message.
absl::StatusOr<v1::ListHandedOverResponse> list_handed_over(
    Club& club, const v1::ListHandedOverRequest& request);

// OfflineService.SettleHandedOver, with its reasons.
void settle_handed_over(Club& club, const v1::SettleHandedOverRequest& request,
                        Answer<v1::SettleHandedOverResponse> answer);

}  // namespace moadon
