// What a line costs before any benefit, and what was paid for it. Pure functions, safe from any
// thread.
#pragma once

#include <cstdint>

#include "moadon/v1/sale.pb.h"

namespace moadon {

// What the customer pays for a line before any benefit: (overridden or list price) x quantity,
// rounded half up once, less the register's own discount. The line must have passed check_basket or
// check_sale.
int64_t charged_minor(const v1::Line& line);

// What was really paid for a sale's line: as the register says, else as the rules charge.
int64_t paid_net_of(const v1::Line& line);

// Rounds a total that is paid in cash half up to a multiple of `step_minor` (0 and 1: as it is).
int64_t cash_total_minor(int64_t total_minor, int64_t step_minor);

}  // namespace moadon
