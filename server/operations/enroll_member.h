// Makes a member, or adds what is missing to one.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/register_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.EnrollMember, with its reasons.
void enroll_member(Club& club, const v1::EnrollMemberRequest& request,
                   Answer<v1::EnrollMemberResponse> answer);

// SyncService.Enroll: at a register's branch, which is where consents without a place were given.
void enroll_member_at(Club& club, const RegisterView& at, const v1::EnrollMemberRequest& request,
                      Answer<v1::IdentifyResponse> answer);

// MemberService.CaptureLead, with its reasons: somebody who did not sign up.
void capture_lead(Club& club, const v1::CaptureLeadRequest& request,
                  Answer<v1::CaptureLeadResponse> answer);

}  // namespace moadon
