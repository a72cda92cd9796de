// What a cashier says of a quote, in the program's language: why a benefit did not apply, why a
// code was not used. One short sentence each. Pure functions, safe from any thread.
#pragma once

#include <string>

#include "moadon/v1/program.pb.h"
#include "moadon/v1/quote.pb.h"

namespace moadon::wording {

// "spend ₪12.00 more", "from Sunday 29.11.2026", "used this month". Never empty.
std::string cashier_text(const v1::UnappliedBenefit& benefit, const v1::Program& program);

// "there is no code WINTER5", "code WINTER5 not used: used this month". Never empty.
std::string cashier_text(const v1::RefusedCode& code, const v1::Program& program);

// Fills in every cashier_text of the quote, which `program` priced.
void add_texts(v1::Quote& quote, const v1::Program& program);

}  // namespace moadon::wording
