// Adds a till and issues its token.
#pragma once

#include "moadon/v1/admin_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// AdminService.AddRegister, with its reasons. The token is in the answer and nowhere else.
void add_register(Club& club, const v1::AddRegisterRequest& request,
                  Answer<v1::AddRegisterResponse> answer);

}  // namespace moadon
