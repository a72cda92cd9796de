// What a sale's verdict still promises when only some units were kept: design.md section 6
// ("Returns"). Pure functions, safe from any thread.
#pragma once

#include "absl/types/span.h"
#include "rules/pricing.h"
#include "rules/ready_program.h"

namespace moadon {

// The sale as it was judged.
struct JudgedSale {
  const v1::Basket& basket;
  const v1::MemberFacts& facts;
  const Occasion& occasion;
  const v1::Quote& verdict;
};

// As Pricing::kept_rewards.
KeptRewards kept_rewards(const ReadyProgram& program, const JudgedSale& sale,
                         absl::Span<const int64_t> kept_milli);

}  // namespace moadon
