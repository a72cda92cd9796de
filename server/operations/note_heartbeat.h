// A register's agent is there.
#pragma once

#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// SyncService.Heartbeat. Fills everything but server_version. Reasons: FIELD_INVALID, TEXT_INVALID.
void note_heartbeat(Club& club, const RegisterView& at, const v1::HeartbeatRequest& request,
                    Answer<v1::HeartbeatResponse> answer);

}  // namespace moadon
