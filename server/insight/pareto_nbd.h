// Pareto/NBD: a member buys at random at a rate of their own until they drop out, at a rate of
// their own; rates differ between members as two gamma distributions.
//
// Schmittlein, Morrison, Colombo: "Counting Your Customers: Who Are They and What Will They Do
// Next?", Management Science 33 (1987). Forms as in Fader and Hardie: "A Note on Deriving the
// Pareto/NBD Model and Related Expressions" (2005). Nothing overflows, however often somebody
// bought: the dropout integral is taken as it stands, in logarithms, instead of as the difference
// of hypergeometric functions, which cancels. Pure functions, safe from any thread.
#pragma once

#include <cstdint>

namespace moadon {

// In one unit of time, whichever the histories are in. All above 0.
struct ParetoNbdParameters {
  double r = 1;      // shape of the purchase rates
  double alpha = 1;  // scale of the purchase rates
  double s = 1;      // shape of the dropout rates
  double beta = 1;   // scale of the dropout rates
};

// What the model needs of a member, counted from the first purchase.
struct RepeatHistory {
  int64_t repeats = 0;     // purchases after the first
  double last_repeat = 0;  // when the last of them was; 0 without any
  double observed = 0;     // until when we looked; last_repeat at least
};

// Logarithm of the likelihood of one history (Fader and Hardie 2005, equation 18, before its
// integral is solved).
double log_likelihood(const ParetoNbdParameters& parameters, const RepeatHistory& history);

// Chance that the member has not dropped out when observed ended.
double alive_probability(const ParetoNbdParameters& parameters, const RepeatHistory& history);

// Purchases expected of the member in the `time` after observed (equation 41 there).
double expected_purchases(const ParetoNbdParameters& parameters, const RepeatHistory& history,
                          double time);

// Repeat purchases expected of a new member in the `time` after the first (equation 17 there).
double expected_repeats(const ParetoNbdParameters& parameters, double time);

}  // namespace moadon
