#include "rules/price.h"

#include "rules/check.h"
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

absl::StatusOr<v1::Quote> quote(const v1::Basket& basket, const v1::Program& program,
                                const v1::MemberFacts& facts) {
  if (absl::Status form = check_basket(basket); !form.ok()) return form;
  v1::Quote result;
  for (const v1::Line& line : basket.lines()) {
    v1::QuotedLine& quoted = *result.add_lines();
    quoted.set_line_id(line.line_id());
    quoted.set_value_minor(
        line_value_minor(line.unit_price_minor(), line.quantity_milli()).value());
    quoted.set_paid_net_minor(charged_minor(line));
    result.set_value_minor(result.value_minor() + quoted.value_minor());
    result.set_total_minor(result.total_minor() + quoted.paid_net_minor());
  }
  result.set_saved_minor(result.value_minor() - result.total_minor());
  result.set_cash_total_minor(
      cash_total_minor(result.total_minor(), program.cash_rounding_minor()));
  result.set_program_version(program.version());
  result.set_facts_snapshot(facts.snapshot());
  return result;
}

int64_t cash_total_minor(int64_t total_minor, int64_t step_minor) {
  if (step_minor <= 1) return total_minor;
  return round_half_up(total_minor, step_minor).value() * step_minor;
}

}  // namespace moadon
