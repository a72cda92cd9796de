// Where the best by net spend begin.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "moadon/v1/group_service.pb.h"
#include "server/insight/club_scan.h"

namespace moadon {

// The least spend that is among the best `share_bps` hundredths of a percent of all, their number
// rounded up; who has as much is among them too. Beyond every spend when there is nobody. A pure
// function.
int64_t border_of(std::vector<int64_t> spends_minor, int share_bps);

// The border of a question on a day, among all members who bought in its days and are not part of
// another one. Memory: one number for each of them.
absl::StatusOr<int64_t> top_border(ClubScan& scan, const v1::TopQuestion& top,
                                   absl::CivilDay today);

}  // namespace moadon
