// Tiers: design.md section 6 and rules.md ("Tiers"), exactly. Tier and moves are functions of the
// member's facts, locks, the program versions and a day; nothing here remembers. Pure functions,
// safe from any thread.
//
// Where the rules leave room:
// - A day has a start, at which only time, versions and locks act, and an end, at which what was
//   bought or brought back that day counts. Falls happen at starts, returns undo at ends.
// - The grace of a further step begins with the day start after the step before it.
// - A tier that a version drops: its holders take, that day and as one move, the highest tier that
//   ranked below it and still exists, else none, or a higher one whose bar they reach; the clock
//   begins the day after. A lock of a dropped tier holds the tier its holders take.
// - What comes back on the day it was bought never counted. A return without a receipt lowers the
//   spend of its own day, so that a fall it causes goes through grace.
// - What a merge brings counts as if the member had bought it then: the whole path is recomputed on
//   the day of the merge, and again, without it, on the day of its undoing. While a member is part
//   of another the path goes on unseen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "moadon/v1/moves.pb.h"
#include "moadon/v1/program.pb.h"
#include "rules/stage.h"

namespace moadon {

// Tier rules over time: a version decides from the business date of its start (club's zone), the
// first from ever.
struct TierVersion {
  absl::CivilDay start_day;  // ignored in the first
  int64_t program_version = 0;
  std::vector<v1::Tier> tiers;  // lowest first
};
using TierVersions = std::vector<TierVersion>;  // oldest first, not empty

// A dated human decision: at least this tier on the days from..until.
struct TierFloor {
  std::string tier_id;
  absl::CivilDay from_day;
  absl::CivilDay until_day;  // included
};

// One move, with the numbers it was decided on: those of the higher of its two tiers.
struct TierStep {
  absl::CivilDay day;
  std::string from;  // empty: none
  std::string to;
  v1::TierReason reason = v1::TIER_REASON_UNSPECIFIED;
  int64_t window_spend_minor = 0;
  int64_t window_purchase_days = 0;
  int64_t program_version = 0;
};

struct TierPath {
  // All moves up to the end of `until`, oldest first, those that returns undid later included.
  std::vector<TierStep> steps;
  // The tier at the end of `until`.
  std::string at_end;
  // Tiers risen into on the path that is valid at `until`, without those that returns undid;
  // sorted, each once.
  std::vector<std::string> entered;
  // What each bar of the next tier still asks at the end of `until`; empty: there is none higher.
  std::vector<v1::TierGap> next_gaps;
  // The first day after `until` with a move if nothing else happens, or on which a fact of the
  // future counts.
  absl::optional<absl::CivilDay> next_day;
};

// The whole path. Facts one by one and in any order, as in MemberTimeline; those with fact_day >
// `until` have not happened.
TierPath tier_path(absl::Span<const SpendFact> facts, absl::Span<const TierFloor> floors,
                   const TierVersions& versions, absl::CivilDay until,
                   const MergePeriods& merges = {});

}  // namespace moadon
