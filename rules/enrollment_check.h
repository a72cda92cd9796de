// The form of an enrolment and of a lead, checked alike by the server and by an agent that takes
// one in without it. Checks run in a fixed order and stop at the first refusal. Pure functions,
// safe from any thread.
#pragma once

#include "absl/status/status.h"
#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/settings.pb.h"

namespace moadon {

inline constexpr int kMaxKeysPerEnrollment = 8;

// Refuses as MemberService.EnrollMember says of the request alone. `settings` null: the owner's
// fields are not known here, and their values are checked as texts only.
absl::Status check_enrollment(const v1::EnrollMemberRequest& request,
                              const v1::ClubSettings* settings);

// Refuses as MemberService.CaptureLead says of the request alone; branches are not looked up.
absl::Status check_lead(const v1::CaptureLeadRequest& request);

}  // namespace moadon
