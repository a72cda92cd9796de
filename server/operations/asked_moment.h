// The moment that a report is asked for.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "moadon/v1/report_service.pb.h"
#include "server/operations/club_view.h"
#include "server/operations/member_life.h"

namespace moadon {

// Not said: now. TIME_OUT_OF_RANGE, FIELD_INVALID naming "as_of.date" or "as_of.instant".
absl::StatusOr<AsOf> asked_moment(const v1::AsOf& asked, const ClubView& view, int64_t now_us);

}  // namespace moadon
