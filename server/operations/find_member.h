// Who is this?
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/register_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// SyncService.FindMember: what the register needs of the member who holds `key`.
// Reasons: FIELD_MISSING, FIELD_INVALID, TEXT_INVALID, MEMBER_UNKNOWN, KEY_AMBIGUOUS.
absl::StatusOr<v1::IdentifyResponse> find_member(Club& club, const v1::Key& key);

}  // namespace moadon
