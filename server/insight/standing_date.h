// The club as it stood on a past date, and which members bought afterwards: what the ways of
// telling leavers are judged by.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "rules/program.h"
#include "server/insight/purchase_histories.h"

namespace moadon {

// A member who had bought by the date, in days.
struct StandingMember {
  uint16_t purchase_days = 0;
  uint16_t gaps_days = 0;    // the last purchase day less the first
  uint16_t silent_days = 0;  // the date less the last
  bool is_back = false;      // bought afterwards, while we looked
};

struct StandingDate {
  int64_t day = 0;
  int64_t observed_days = 0;  // how long we looked afterwards
  std::vector<StandingMember> members;
  int64_t back_count = 0;
  int64_t later_purchase_days = 0;  // while we looked
};

// As of the end of `day`, and `observed_days` later. Members are those of the histories, in their
// order, without those who had not bought. What only came to be known later does not count.
StandingDate stand_at(absl::Span<const PurchaseHistories> histories, int64_t day,
                      int64_t observed_days);

// Whether the stage rule says churning: rules/churn.h, exactly.
bool is_churning(const StageNumbers& numbers, const StandingMember& member);

// Silence over rhythm. Equal fractions are equal.
double silence_ratio(const StageNumbers& numbers, const StandingMember& member);
// The rhythm in days.
double rhythm_days(const StageNumbers& numbers, const StandingMember& member);

}  // namespace moadon
