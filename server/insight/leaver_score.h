// How good ways of telling leavers were on one past date.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "moadon/v1/lifecycle_service.pb.h"
#include "rules/program.h"
#include "server/insight/pareto_nbd.h"
#include "server/insight/standing_date.h"

namespace moadon {

// What one way said of one member.
struct LeaverCall {
  bool is_back = false;     // bought in the horizon
  bool is_called = false;   // a leaver
  int32_t notice_days = 0;  // silence at which it calls the member a leaver
};

// Shares, and the median notice. Area and expected days are left at -1.
v1::FitScore score_calls(absl::Span<const LeaverCall> calls);

// The stage rule: rules/churn.h on every member, ranked by silence over rhythm.
v1::FitScore score_stages(const StageNumbers& numbers, const StandingDate& date);

// Gone is who did not buy in the last so many weeks, ranked by silence.
v1::FitScore score_last_weeks(int64_t weeks, const StandingDate& date);

// Gone is whose chance to be alive is below one half, ranked by that chance, of every `stride`th
// member; its expected purchase days are brought up to all of them.
v1::FitScore score_pareto_nbd(const ParetoNbdParameters& parameters, const StandingDate& date,
                              size_t stride);

// Whether `proposed` told more members right than `current` did by more than chance explains: by
// two standard deviations of the members told apart by one only (McNemar, "Note on the Sampling
// Error of the Difference between Correlated Proportions or Percentages", Psychometrika 12, 1947).
bool is_clearly_better(const StageNumbers& proposed, const StageNumbers& current,
                       const StandingDate& date);

// What Pareto/NBD reads, in weeks.
RepeatHistory repeat_history(const StandingMember& member);

}  // namespace moadon
