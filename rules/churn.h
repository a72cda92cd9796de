// When silence becomes leaving: the one comparison behind the stage `churning`. Pure functions.
#pragma once

#include <cstdint>

#include "rules/program.h"

namespace moadon {

// What the rhythm of a member with at least one purchase day is made of.
struct PurchaseRhythm {
  int64_t purchase_days = 0;
  int64_t gaps_days = 0;  // sum of the gaps: the last purchase day less the first
};

// rhythm = (prior_weight x club_gap + sum of gaps) / (prior_weight + number of gaps), rounded half
// up to thousandths of a day. Also for nobody's rhythm: without purchases it is the club's gap.
int64_t rhythm_days_milli(const StageNumbers& numbers, const PurchaseRhythm& rhythm);

// The smallest number of silent days that is more than churn_factor x rhythm: from here on the
// member is churning. Exact.
int64_t churn_silence_days(const StageNumbers& numbers, const PurchaseRhythm& rhythm);

}  // namespace moadon
