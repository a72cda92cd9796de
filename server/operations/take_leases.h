// What a register may give while it cannot reach the server.
#pragma once

#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int kMaxKeptRights = 2'000;
inline constexpr int kMaxKeptSlices = 1'000;

// SyncService.TakeLeases in the name of a register, with its reasons. A lease ends by the word of
// its register alone: by a turn that does not keep it any more. Without that word it ends when the
// register is revoked or silent (end_silent_leases.h), and never by the clock. Looks through the
// branch's buyers on the calling thread; the writer looks only at what that found.
//
// Who asks is the register's journal, on one disk; see lease_journal.h.
// A register that replays history has none, and changes nothing.
void take_leases(Club& club, const RegisterView& at, const v1::TakeLeasesRequest& request,
                 Answer<v1::TakeLeasesResponse> answer);

}  // namespace moadon
