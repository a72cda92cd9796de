// Consents of members who are known, given or withdrawn.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.RecordConsent, with its reasons.
void record_consent(Club& club, const v1::RecordConsentRequest& request,
                    Answer<v1::RecordConsentResponse> answer);

}  // namespace moadon
