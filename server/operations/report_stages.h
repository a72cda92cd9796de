// Standings as of any moment, from the facts and the ledger alone.
#pragma once

#include "moadon/v1/report_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ReportService.ExportMembers, with its reasons. A page reads what is kept of its members.
absl::StatusOr<v1::ExportMembersResponse> export_members(Club& club,
                                                         const v1::ExportMembersRequest& request);

}  // namespace moadon
