// The six stages of a customer's life: design.md, section 6, exactly. Stage and moves are functions
// of the member's facts, the program versions and a day; nothing here remembers. Pure functions,
// safe from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "moadon/v1/moves.pb.h"
#include "rules/program.h"

namespace moadon {

// Something that changed what a member has kept of one day's purchases.
struct SpendFact {
  absl::CivilDay purchase_day;  // the sale's business date; of a return without receipt its own
  // When it counts from: the sale's own day; of a return the later of the two; of what a merge
  // brings the merge's day at the earliest.
  absl::CivilDay fact_day;
  int64_t units_milli =
      0;  // kept units that came (sale) or went (linked return); 0 for a return without receipt
  int64_t spend_minor = 0;  // net spend that came (+) or went (-)
};

// Purchase days too old to be inside any loyal window, summed up; lets callers load only the recent
// ones.
struct OlderDays {
  int64_t count = 0;
  absl::CivilDay first_day;  // meaningless when count is 0
  absl::CivilDay last_day;
};

// Days from `from_day` until the day before `until_day`; without that for ever.
struct DayPeriod {
  absl::CivilDay from_day;
  absl::optional<absl::CivilDay> until_day;
};

// A sign of interest of somebody who is part of the member in a period.
struct LentSign {
  absl::CivilDay sign_day;
  DayPeriod period;  // from sign_day at the earliest
};

// What merges mean for one member. What somebody who became part of the member brings are facts
// from the merge on, and facts of the opposite sign from its undoing on.
struct MergePeriods {
  std::vector<DayPeriod> away;       // in which the member is part of another: no stage, no tier
  std::vector<absl::CivilDay> days;  // on which a merge began or was undone, on either side
};

// Everything about one member that stages depend on. Facts in any order.
struct MemberTimeline {
  absl::CivilDay met_day;                 // first contact of any kind
  std::vector<absl::CivilDay> sign_days;  // signs of interest
  std::vector<SpendFact> facts;
  OlderDays older;
  std::vector<LentSign> lent_signs;
  MergePeriods merges;
};

// The numbers a stage was decided on.
struct StageDecision {
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  int64_t purchase_days = 0;
  int64_t silent_days = -1;  // since the last purchase day; -1: none
  int64_t rhythm_days_milli = 0;
  int64_t window_purchase_days = 0;
  int64_t window_spend_minor = 0;
  int64_t program_version = 0;
};

struct StageStep {
  absl::CivilDay day;
  v1::Stage from = v1::STAGE_UNSPECIFIED;
  v1::StageReason reason = v1::STAGE_REASON_UNSPECIFIED;
  StageDecision decision;  // decision.stage is the stage moved to
};

struct StagePath {
  std::vector<StageStep> steps;  // moves in [start, until], oldest first
  // As of `until`; STAGE_UNSPECIFIED when the member is met only later or is part of another.
  StageDecision at_end;
  // The first day after `until` on which the stage changes if nothing else happens, or on which a
  // fact of the future counts.
  absl::optional<absl::CivilDay> next_day;
};

// Where to start: moves on `day` and later are computed; `stage` is the one before that day
// (STAGE_UNSPECIFIED: not met). Facts must then include everything that counted up to `day`, and
// those up to `day` may be summed up per purchase day (as facts of that day). The default starts at
// the first contact.
struct PathStart {
  absl::CivilDay day = absl::CivilDay::min();
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  bool return_counted = false;  // a return has fact_day == day: summed-up facts no longer show it
};

// All moves from `start` through `until`.
StagePath stage_path(const MemberTimeline& member, const StageVersions& versions,
                     absl::CivilDay until, const PathStart& start = {});

// The stage as of the end of a day and its numbers; STAGE_UNSPECIFIED for a member met later, or
// part of another on that day.
StageDecision stage_at(const MemberTimeline& member, const StageVersions& versions,
                       absl::CivilDay day);

// Whether the member is part of another at the end of a day.
bool is_away(const MergePeriods& merges, absl::CivilDay day);

// Sums that do not depend on stages, as of the end of a day.
struct Standing {
  int64_t purchase_days = 0;
  absl::optional<absl::CivilDay> last_purchase_day;
  int64_t net_spend_minor = 0;  // never below zero
};
Standing standing_at(const MemberTimeline& member, absl::CivilDay day);

}  // namespace moadon
