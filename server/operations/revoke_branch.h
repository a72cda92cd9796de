// Closes a store.
#pragma once

#include "moadon/v1/admin_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// AdminService.RevokeBranch, with its reasons.
void revoke_branch(Club& club, const std::string& branch_id,
                   Answer<v1::RevokeBranchResponse> answer);

}  // namespace moadon
