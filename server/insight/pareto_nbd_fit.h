// The Pareto/NBD of a club, by maximum likelihood.
#pragma once

#include <cstdint>
#include <vector>

#include "server/insight/pareto_nbd.h"

namespace moadon {

// Members beyond this are sampled evenly: the parameters of so many are known to a few percent, and
// more would only take longer.
inline constexpr int64_t kMostFittedMembers = 10000;

struct ParetoNbdFit {
  ParetoNbdParameters parameters;
  double log_likelihood = 0;  // of all histories fitted
  int64_t member_count = 0;
  // The data do not tell purchase and dropout apart: a parameter ran into the border of sensible
  // numbers, or a club in which nobody ever drops out explains them as well.
  bool is_degenerate = false;
};

// Histories in weeks, in any order; the result does not depend on it. Starts the search at several
// places, each on a thread of its own, with some of them, and ends it with all. Degenerate without
// histories.
ParetoNbdFit fit_pareto_nbd(std::vector<RepeatHistory> histories);

}  // namespace moadon
