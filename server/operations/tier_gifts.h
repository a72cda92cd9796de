// Entry gifts of tiers: each given once per member and tier, and taken back when a return undoes
// the rise that it welcomed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "moadon/v1/report_service.pb.h"
#include "rules/tier.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_store.h"

namespace moadon {

// Gives the gifts of the tiers that the path entered and that were not given yet, to the member or
// to somebody who is part of them, dated to the day of the rise. With `took_day` (something came
// back, which counts from that day) it also takes back those of tiers that the path no longer
// enters: what is left of a right, and points as any claw- back does; what was used meanwhile
// becomes a difference. A gift taken back is given again when the member rises again; one that was
// used is not. Writes rights, points and gifts and brings the row to date, which is the caller's to
// write.
absl::Status keep_tier_gifts(sqlite::Connection& connection, WriterState& state,
                             const TierPath& path, std::optional<int64_t> took_day,
                             storage::MemberRow& row, std::vector<v1::Difference>& differences);

}  // namespace moadon
