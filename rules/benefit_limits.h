// How often a benefit may still be used: benefit.proto, Limits. Pure functions, safe from any
// thread.
#pragma once

#include <cstdint>

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "moadon/v1/benefit.pb.h"
#include "moadon/v1/facts.pb.h"
#include "moadon/v1/quote.pb.h"

namespace moadon {

// The first limit that forbids one more sale on `day`, in the order of its period; empty when none
// does. `uses` as the facts say; the default message when they say nothing.
absl::optional<v1::ReasonLimit> limit_reached(const v1::Limits& limits, const v1::BenefitUses& uses,
                                              absl::CivilDay day);

// Whether it is a limit of the whole club, not of one member.
bool is_of_club(const v1::ReasonLimit& limit);

// What the club may still save by it; kMaxSumMinor without a budget.
int64_t budget_left_minor(const v1::Limits& limits, const v1::BenefitUses& uses);

}  // namespace moadon
