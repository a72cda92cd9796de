// Entries that the server did not take for long, in the owner's queue.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "moadon/v1/offline_service.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"
#include "server/storage/member_details_store.h"

namespace moadon {

inline constexpr int kMaxHandedPerCall = 256;

// SyncService.HandOver, with its reasons.
void hand_over(Club& club, const RegisterView& at, const v1::HandOverRequest& request,
               Answer<v1::HandOverResponse> answer);

// OfflineService.ListHandedOver, with its reasons.
absl::StatusOr<v1::ListHandedOverResponse> list_handed_over(
    Club& club, const v1::ListHandedOverRequest& request);

// OfflineService.SettleHandedOver, with its reasons.
void settle_handed_over(Club& club, const v1::SettleHandedOverRequest& request,
                        Answer<v1::SettleHandedOverResponse> answer);

// Settles everything in the queue that came with one of the keys: who held them is erased. On the
// writer's thread.
absl::Status forget_handed_over(sqlite::Connection& connection, WriterState& state,
                                absl::Span<const storage::KeyRow> keys);

}  // namespace moadon
