// Stages and standings as of any moment, from the facts and the ledger alone.
#pragma once

#include "moadon/v1/report_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ReportService.CountStages and ExportMembers, with their reasons. Counting reads all facts of the
// club (one snapshot, on one reader); a page of the export those of its members.
absl::StatusOr<v1::CountStagesResponse> count_stages(Club& club,
                                                     const v1::CountStagesRequest& request);
absl::StatusOr<v1::ExportMembersResponse> export_members(Club& club,
                                                         const v1::ExportMembersRequest& request);

}  // namespace moadon
