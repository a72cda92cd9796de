// Removes what says who a member is.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.EraseMember, with its reasons. Answers when nothing of it is left in the database's
// files, nor in what is remembered of answers. Holds the writer up while it looks through the file,
// and for as long as copying it takes when it has to be written anew.
void erase_member(Club& club, const v1::EraseMemberRequest& request,
                  Answer<v1::EraseMemberResponse> answer);

}  // namespace moadon
