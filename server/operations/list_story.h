// What happened to a member, in order.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.ListStory, with its reasons. Each page reads where the member's sales, returns,
// points and moves are (not what is in them), and all that people said and decided of the member.
absl::StatusOr<v1::ListStoryResponse> list_story(Club& club, const v1::ListStoryRequest& request);

}  // namespace moadon
