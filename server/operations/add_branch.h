// Adds a store.
#pragma once

#include "moadon/v1/admin_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// AdminService.AddBranch, with its reasons.
void add_branch(Club& club, const v1::Branch& branch, Answer<v1::AddBranchResponse> answer);

}  // namespace moadon
