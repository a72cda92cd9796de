// Sets points and rights aside for a quote.
#pragma once

#include "absl/time/time.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int kMaxRightsPerHold = 100;
// For so long a register may think; from then on its agent owes an answer.
inline constexpr absl::Duration kHoldTime = absl::Minutes(15);

// SyncService.PlaceHold in the name of a register, with its reasons. All or nothing, once per
// register and request_id: repeated, the same answer, whatever became of the hold since.
void place_hold(Club& club, const RegisterView& at, const v1::PlaceHoldRequest& request,
                Answer<v1::PlaceHoldResponse> answer);

}  // namespace moadon
