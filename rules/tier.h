// Tiers: design.md section 6 and rules.md ("Tiers"), exactly. Tier and moves are functions of the
// member's facts, locks, the program versions and a day. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "moadon/v1/member.pb.h"
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
  std::vector<TierStep> steps;       // all moves up to the end of `until`, oldest first
  std::string at_end;                // tier at the end of `until`
  std::vector<std::string> entered;  // tiers entered on the path that is valid at `until`, without
                                     // those undone by returns; sorted
  std::vector<v1::TierGap> next_gaps;  // what each bar of the next tier still asks at the end of
                                       // `until`; empty: none higher
  absl::optional<absl::CivilDay>
      next_day;  // first day after `until` on which the tier may change if nothing else happens
};

// The whole path. Facts in any order, as in MemberTimeline (one-by-one facts; facts with fact_day >
// until have not happened).
TierPath tier_path(absl::Span<const SpendFact> facts, absl::Span<const TierFloor> floors,
                   const TierVersions& versions, absl::CivilDay until);

// The tier at the start of the end-of-`until` state when no return ever made a difference to
// `facts` (each fact counts at its purchase day): the tail of tier_path, without the history of
// moves. Equal to tier_path(...).at_end and next_day. Cheaper: for the register's path.
TierPath tier_now(absl::Span<const SpendFact> kept_days, absl::Span<const TierFloor> floors,
                  const TierVersions& versions, absl::CivilDay until);

}  // namespace moadon
