// The part of a quote that tells of benefits: those that applied and what came of them, the others
// with a reason each, and the codes that changed nothing. Pure functions, safe from any thread.
#pragma once

#include "rules/quote_writer.h"

namespace moadon {

// Applied benefits with their discounts on the lines of `quote`, their rights, gifts and texts; and
// the benefits that did not apply.
void write_benefits(const Decision& decision, v1::Quote& quote);

void write_refused_codes(const Decision& decision, v1::Quote& quote);

}  // namespace moadon
