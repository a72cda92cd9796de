// Gives up a hold.
#pragma once

#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// SyncService.CancelHold in the name of a register, with its reasons. A hold that ended already
// stays as it ended.
void cancel_hold(Club& club, const RegisterView& at, const v1::CancelHoldRequest& request,
                 Answer<v1::CancelHoldResponse> answer);

}  // namespace moadon
