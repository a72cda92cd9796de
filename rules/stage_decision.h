// The six stages from a member's numbers on one day: the one decision behind every stage, however
// the numbers were gathered. Pure functions, safe from any thread.
#pragma once

#include <cstdint>

#include "absl/types/optional.h"
#include "rules/program.h"
#include "rules/stage.h"

namespace moadon {

// What counts for a member up to the end of a day. Days are numbers (rules/calendar.h).
struct StageEvidence {
  int64_t purchase_days = 0;
  int64_t first_purchase_day = 0;  // meaningless without purchase days, as the last
  int64_t last_purchase_day = 0;
  // In the loyal window of the version in force, which ends with the day; spend may be negative.
  int64_t window_purchase_days = 0;
  int64_t window_spend_minor = 0;
  absl::optional<int64_t> last_sign_day;
};

// The version in force at the end of a day. `versions` must not be empty.
const StageVersion& stage_version_on(const StageVersions& versions, int64_t day);

// The numbers of a member as of the end of a day; empty where there is no stage: not met by then,
// or part of another member.
absl::optional<StageEvidence> stage_evidence_at(const MemberTimeline& member,
                                                const StageVersions& versions, absl::CivilDay day);

// design.md, section 6: the stage of a member who was met by then.
StageDecision decide_stage(const StageEvidence& evidence, const StageVersion& version, int64_t day);

}  // namespace moadon
