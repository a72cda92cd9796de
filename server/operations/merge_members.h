// Two members who are one person, and two again.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.MergeMembers. Reasons as there.
void merge_members(Club& club, const v1::MergeMembersRequest& request,
                   Answer<v1::MergeMembersResponse> answer);

// MemberService.UndoMerge. Reasons as there.
void undo_merge(Club& club, const v1::UndoMergeRequest& request,
                Answer<v1::UndoMergeResponse> answer);

}  // namespace moadon
