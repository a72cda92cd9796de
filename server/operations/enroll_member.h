// Makes a member, or adds what is missing to one.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/register_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int kMaxKeysPerEnrollment = 8;
inline constexpr int kMaxConsentsPerEnrollment = 8;

// MemberService.EnrollMember, with its reasons.
void enroll_member(Club& club, const v1::EnrollMemberRequest& request,
                   Answer<v1::EnrollMemberResponse> answer);

// SyncService.Enroll: at a register's branch, which is where consents without a place were given.
void enroll_member_at(Club& club, const RegisterView& at, const v1::EnrollMemberRequest& request,
                      Answer<v1::IdentifyResponse> answer);

}  // namespace moadon
