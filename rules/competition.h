// Which of a program's benefits act on a basket: conditions, limits, then the stack against the
// exclusive ones. rules.md ("Choosing benefits"). Pure functions, safe from any thread.
#pragma once

#include <vector>

#include "rules/benefit_stack.h"

namespace moadon {

struct CompetitionResult {
  std::vector<BenefitOutcome> outcomes;  // per benefit of the program, none open
  std::vector<int64_t> left_minor;       // per line, after all discounts
  int64_t offline_left_minor = 0;        // of the terms' amount; kMaxSumMinor without terms
};

// `denied`: benefits that the terms do not allow, by their numbers, sorted.
CompetitionResult compete(const ReadyProgram& program, const Circumstances& at,
                          absl::Span<const int> denied);

// Uses of a benefit by the facts; the default message when they say nothing.
const v1::BenefitUses& uses_of(const v1::MemberFacts& facts, const std::string& benefit_id);

}  // namespace moadon
