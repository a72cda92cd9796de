// The owner's week.
#pragma once

#include "moadon/v1/week_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// WeekService.GetWeek, with its reasons. Reads all members once, on several readers.
absl::StatusOr<v1::GetWeekResponse> get_week(Club& club, const v1::GetWeekRequest& request);

}  // namespace moadon
