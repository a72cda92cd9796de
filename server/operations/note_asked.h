// Cashiers were asked to ask members for missing details.
#pragma once

#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int kMaxAsksPerCall = 256;

// SyncService.NoteAsked, with its reasons. A register that replays history asks nobody.
void note_asked(Club& club, const RegisterView& at, const v1::NoteAskedRequest& request,
                Answer<v1::NoteAskedResponse> answer);

}  // namespace moadon
