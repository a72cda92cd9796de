#include "rules/price.h"

#include "rules/money.h"

namespace moadon {

int64_t charged_minor(const v1::Line& line) {
  const int64_t unit_price_minor = line.has_price_override()
                                       ? line.price_override().unit_price_minor()
                                       : line.unit_price_minor();
  return line_value_minor(unit_price_minor, line.quantity_milli()).value() -
         line.register_discount_minor();
}

int64_t paid_net_of(const v1::Line& line) {
  return line.has_paid_net_minor() ? line.paid_net_minor() : charged_minor(line);
}

int64_t cash_total_minor(int64_t total_minor, int64_t step_minor) {
  if (step_minor <= 1) return total_minor;
  return round_half_up(total_minor, step_minor).value() * step_minor;
}

}  // namespace moadon
