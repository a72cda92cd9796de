// A pricing's result as the Quote message. Pure functions, safe from any thread.
#pragma once

#include <vector>

#include "moadon/v1/quote.pb.h"
#include "rules/competition.h"
#include "rules/payment.h"

namespace moadon {

// A line that the register added because a benefit gives its article.
struct GivenLine {
  int benefit = 0;  // number in the ready program
  size_t line = 0;
  int64_t amount_minor = 0;  // what it would have cost
};

// Everything that was decided about a basket.
struct Decision {
  const ReadyProgram& program;
  const Circumstances& at;
  std::vector<BenefitOutcome> outcomes;  // per benefit
  std::vector<GivenLine> given;          // in the order of their benefits
  Payment payment;
  int64_t earned_milli = 0;
};

// Into an empty quote.
void write_quote(const Decision& decision, v1::Quote& quote);

}  // namespace moadon
