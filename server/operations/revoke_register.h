// Kills a till's token.
#pragma once

#include "moadon/v1/admin_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// AdminService.RevokeRegister, with its reasons.
void revoke_register(Club& club, const std::string& register_id,
                     Answer<v1::RevokeRegisterResponse> answer);

}  // namespace moadon
