// Who is in a group.
#pragma once

#include "moadon/v1/group_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// Members that one page looks at: what bounds its time. A page of a rare group may so be empty.
inline constexpr int kMembersPerGroupPage = 50'000;

// GroupService.ListGroupMembers, with its reasons. A page reads on one reader; the first page of a
// question about the best reads all members, as count_group() does.
absl::StatusOr<v1::ListGroupMembersResponse> list_group_members(
    Club& club, const v1::ListGroupMembersRequest& request);

}  // namespace moadon
