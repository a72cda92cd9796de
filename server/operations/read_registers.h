// Branches and registers as the owner sees them.
#pragma once

#include "moadon/v1/admin_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// AdminService.ListBranches and ListRegisters, with their reasons.
absl::StatusOr<v1::ListBranchesResponse> list_branches(Club& club,
                                                       const v1::ListBranchesRequest& request);
absl::StatusOr<v1::ListRegistersResponse> list_registers(Club& club,
                                                         const v1::ListRegistersRequest& request);

}  // namespace moadon
