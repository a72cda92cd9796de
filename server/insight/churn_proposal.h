// Proposes the numbers by which silence becomes leaving, from past dates of a club.
//
// The club's gap and its weight make the ranking of members by silence over rhythm; proposed are
// those under which a leaver most often ranks as more gone than one who came back, over all past
// dates (area under the curve, Hanley and McNeil 1982; ties count half). The factor is where the
// ranking is cut; proposed is the cut that tells most members right within the horizon. Who had
// not come back when the history ended before the horizon did counts with the chance that the
// return curve gives: partly as one who comes back, partly as one who does not.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rules/program.h"
#include "server/insight/fit_period.h"

namespace moadon {

// Past dates that a proposal stands at.
inline constexpr int kStandings = 3;

struct ChurnProposal {
  // Gap, weight and factor are proposed, the rest as they were.
  StageNumbers numbers;
  // Gone is who did not buy in the last so many weeks: the cut of the plain reference, chosen
  // alike.
  int64_t last_weeks = 1;
};

// How far before the last known day the past dates lie, when `history_days` are known and the
// horizon is `horizon_days`: with the whole horizon after each where half the history allows it,
// else from half to a quarter of the history.
std::vector<int64_t> standing_offsets(int64_t history_days, int64_t horizon_days);

// From what was known at the end of the calibration. HISTORY_SHORT when too few came back, or
// stayed away, after one of the past dates.
absl::StatusOr<ChurnProposal> propose_churn(absl::Span<const PurchaseHistories> histories,
                                            const StageNumbers& current, const FitPeriod& period);

}  // namespace moadon
