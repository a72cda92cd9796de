// From rows to what the stage and tier rules read.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "rules/stage.h"
#include "rules/tier.h"
#include "server/operations/member_life.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_store.h"
#include "server/storage/stage_move_store.h"

namespace moadon {

// First contact and signs of interest; no facts yet. Of a member without merges.
absl::StatusOr<MemberTimeline> signs_timeline(sqlite::Connection& connection, const Living& member);

// Everything that counts for a member by now. `life` is the member's.
MemberTimeline timeline_of(const Living& member, const MemberLife& life);

// A member as of a moment of the past, counted in business dates. An instant sees what had occurred
// by then, and no date later than its own: a branch east of the club may be a day ahead.
struct MemberThen {
  MemberTimeline timeline;
  std::vector<TierFloor> floors;
};
// Empty: not met by then, or part of another. `own_facts` are all of the member's own; of a member
// whose counts of signs, locks and merges are 0 nothing else is read.
absl::StatusOr<std::optional<MemberThen>> member_as_of(
    sqlite::Connection& connection, const Living& member,
    const std::vector<storage::FactRow>& own_facts, const AsOf& moment);

std::vector<TierFloor> floors_of(const MemberLife& life);
MergePeriods merge_periods_of(const MemberLife& life);
SpendFact spend_fact_of(const storage::FactRow& fact);
// A day's sum as a fact of that day.
SpendFact spend_fact_of(const storage::MemberDay& day);
storage::StageMoveRow move_row_of(const StageStep& step);

}  // namespace moadon
