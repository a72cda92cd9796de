// From rows to what the stage rules read.
#pragma once

#include <vector>

#include "rules/stage.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_store.h"
#include "server/storage/stage_move_store.h"

namespace moadon {

// First contact and signs of interest; no facts yet.
MemberTimeline timeline_of(const storage::MemberRow& member);
// With all of the member's facts.
MemberTimeline timeline_of(const storage::MemberRow& member,
                           const std::vector<storage::FactRow>& facts);
SpendFact spend_fact_of(const storage::FactRow& fact);
// A day's sum as a fact of that day.
SpendFact spend_fact_of(const storage::MemberDay& day);
storage::StageMoveRow move_row_of(const StageStep& step);

}  // namespace moadon
