// Who is this?
#pragma once

#include <memory>
#include <string>

#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/register_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// SyncService.FindMember: what the register needs of the member who holds `key`.
// Reasons: FIELD_MISSING, FIELD_INVALID, TEXT_INVALID, MEMBER_UNKNOWN, KEY_AMBIGUOUS.
absl::StatusOr<v1::IdentifyResponse> find_member(Club& club, const v1::Key& key);
// The same as the bytes of a v1.FindMemberResponse. Shared with the cache, so that a member who is
// known already costs no message.
absl::StatusOr<std::shared_ptr<const std::string>> find_member_bytes(Club& club,
                                                                     const v1::Key& key);

}  // namespace moadon
