// How many members were in each stage at any moment.
#pragma once

#include "moadon/v1/report_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ReportService.CountStages, with its reasons. Reads all members once, on several readers.
absl::StatusOr<v1::CountStagesResponse> count_stages(Club& club,
                                                     const v1::CountStagesRequest& request);

}  // namespace moadon
