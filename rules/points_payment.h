// Points and gift balance as payment: rules.md ("Points"). Pure functions, safe from any thread.
#pragma once

#include <cstdint>

#include "absl/time/civil_time.h"
#include "moadon/v1/facts.pb.h"
#include "moadon/v1/program.pb.h"

namespace moadon {

// What a member could spend on a business date. Facts issued more than 62 days before it say
// nothing: they list the points that end in those only. Facts that do not say when are of that day.
int64_t available_milli(const v1::MemberFacts& facts, absl::CivilDay day);

// Points, and what they pay.
struct PointsWorth {
  int64_t points_milli = 0;
  int64_t worth_minor = 0;
};

// Points that are to pay.
struct PointsWanted {
  int64_t points_milli = 0;
  int64_t payable_minor = 0;  // what they may pay of
  int64_t most_minor = 0;     // what they may be worth
};

// The most of them that can be spent: trimmed to the maximum share, what is due, whole steps;
// nothing below the minimum.
PointsWorth spendable(const v1::PointSpending& spending, const PointsWanted& wanted);

}  // namespace moadon
