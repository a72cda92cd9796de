// Writes something down about a member.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.AddNote, with its reasons.
void add_note(Club& club, const v1::AddNoteRequest& request, Answer<v1::AddNoteResponse> answer);

}  // namespace moadon
