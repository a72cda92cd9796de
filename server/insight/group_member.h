// A member as lists of a group show them.
#pragma once

#include "absl/status/statusor.h"
#include "moadon/v1/group_service.pb.h"
#include "server/insight/picture_reader.h"
#include "server/storage/group_scan.h"
#include "sqlite/connection.h"

namespace moadon {

// The row brought to today, with name and contacts: the member's own, where there are none those
// of whoever is part of them.
absl::StatusOr<v1::GroupMember> group_member(sqlite::Connection& connection,
                                             const storage::StandingRow& row,
                                             const LostMembers& lost);

}  // namespace moadon
