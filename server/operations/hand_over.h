// Entries that the server did not take for long go to the owner's queue.
#pragma once

#include "absl/status/status.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"
#include "server/operations/writer_state.h"
#include "server/storage/handed_over_store.h"

namespace moadon {

inline constexpr int kMaxHandedPerCall = 256;

// SyncService.HandOver, with its reasons. What is recorded already, what tells of somebody whose
// details were erased, and what another journal of the register handed over before does not wait
// for the owner: it is settled at once, and noted.
void hand_over(Club& club, const RegisterView& at, const v1::HandOverRequest& request,
               Answer<v1::HandOverResponse> answer);

// An entry is recorded after all: settles what waits of it, known by its chain value; what has none,
// by its place. On the writer's thread.
absl::Status settle_recorded(sqlite::Connection& connection, WriterState& state,
                             const storage::HandedPlace& place, const std::string& chain);

}  // namespace moadon
