// The person does not want our services any more, or wants them again.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.SetServiceWish, with its reasons. Saying it again keeps the day since when.
void set_service_wish(Club& club, const v1::SetServiceWishRequest& request,
                      Answer<v1::SetServiceWishResponse> answer);

}  // namespace moadon
