#include "client/agent/return_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/price.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

absl::Status exceeds_sold(const v1::ReturnLine& line, const SoldUnits& units,
                          int64_t surplus_milli) {
  int64_t sold_milli = 0;
  for (const SoldLine& sold : units.sold) {
    const bool is_meant =
        sold.line_id == line.original_line_id() ||
        (sold.sku == line.sku() && sold.unit_price_minor == line.unit_price_minor());
    if (is_meant) sold_milli += sold.quantity_milli;
  }
  return refuse(v1::REASON_RETURN_EXCEEDS_SOLD,
                absl::StrCat("more of ", line.sku(), " would be returned than was sold and kept"),
                {{"sku", line.sku()},
                 {"sold_milli", absl::StrCat(sold_milli)},
                 {"returned_milli", absl::StrCat(sold_milli + surplus_milli)}});
}

int64_t paid_net_minor_of(const v1::Sale& sale, const std::optional<v1::Quote>& verdict,
                          int index) {
  const v1::Line& line = sale.lines(index);
  const bool is_left_to_rules = !line.has_paid_net_minor() && verdict;
  return is_left_to_rules && index < verdict->lines_size() ? verdict->lines(index).paid_net_minor()
                                                           : paid_net_of(line);
}

// No part is more than what was charged.
PaidParts parts_within(int64_t paid_net_minor, PaidParts parts) {
  parts.points_minor = std::min(parts.points_minor, paid_net_minor);
  parts.gift_balance_minor =
      std::min(parts.gift_balance_minor, paid_net_minor - parts.points_minor);
  return parts;
}

// The returns of the units, as if `paid_of` (line, its parts) were all that was paid for each line:
// the units do not depend on it, and each kind of payment comes back by the refund formula alone.
template <typename PaidOf>
ReturnsOfSale resolve_part(const SoldUnits& units, PaidOf paid_of) {
  std::vector<SoldLine> sold = units.sold;
  for (size_t i = 0; i < sold.size(); ++i) {
    sold[i].paid_net_minor = paid_of(units.sold[i], units.parts[i]);
  }
  return resolve_returns(sold, units.returned);
}

// All kinds of payment of one sale, resolved.
struct ResolvedParts {
  ReturnsOfSale money;
  ReturnsOfSale points_minor;
  ReturnsOfSale points_milli;
  ReturnsOfSale gift_balance;
};

ResolvedParts resolve(const SoldUnits& units) {
  return {resolve_part(units,
                       [](const SoldLine& line, const PaidParts& parts) {
                         return line.paid_net_minor - parts.points_minor - parts.gift_balance_minor;
                       }),
          resolve_part(units, [](const SoldLine&, const PaidParts& p) { return p.points_minor; }),
          resolve_part(units, [](const SoldLine&, const PaidParts& p) { return p.points_milli; }),
          resolve_part(units,
                       [](const SoldLine&, const PaidParts& p) { return p.gift_balance_minor; })};
}

// Refunds of the last return, by its lines.
std::vector<int64_t> refunds_of_last(const ReturnsOfSale& resolved, int line_count) {
  std::vector<int64_t> refunds(line_count, 0);
  for (const TakenUnits& taken : resolved.returns.back().taken) {
    refunds[taken.returned_index] += taken.refund_minor;
  }
  return refunds;
}

}  // namespace

SoldUnits sold_units_of(const KnownSale& sale, const std::optional<v1::Quote>& verdict) {
  SoldUnits units{sold_lines_of(sale.sale), {}, {}};
  for (int i = 0; i < sale.sale.lines_size(); ++i) {
    SoldLine& sold = units.sold[i];
    sold.paid_net_minor = paid_net_minor_of(sale.sale, verdict, i);
    PaidParts parts;
    if (verdict && i < verdict->lines_size()) {
      const v1::QuotedLine& line = verdict->lines(i);
      parts = {line.points_spent_minor(), line.points_spent_milli(), line.gift_balance_minor()};
    }
    units.parts.push_back(parts_within(sold.paid_net_minor, parts));
  }
  for (const v1::Return& returned : sale.returns) {
    units.returned.push_back(returned_lines_of(returned));
  }
  return units;
}

SoldUnits sold_units_of(const v1::GetReceiptResponse& receipt) {
  SoldUnits units{sold_lines_of(receipt.sale()), {}, {}};
  units.parts.resize(units.sold.size());
  std::vector<ReturnedLine> before;
  for (int i = 0; i < receipt.kept_lines_size() && i < receipt.sale().lines_size(); ++i) {
    SoldLine& sold = units.sold[i];
    const v1::KeptLine& kept = receipt.kept_lines(i);
    if (kept.has_paid_net_minor()) {
      sold.paid_net_minor = kept.paid_net_minor();
      units.parts[i] = parts_within(
          sold.paid_net_minor,
          {kept.paid_points_minor(), kept.paid_points_milli(), kept.paid_gift_balance_minor()});
    }
    const int64_t gone_milli = sold.quantity_milli - kept.kept_milli();
    if (gone_milli <= 0) continue;
    before.push_back({sold.line_id, sold.sku, sold.unit_price_minor, gone_milli});
  }
  units.returned.push_back(std::move(before));
  return units;
}

absl::StatusOr<Amounts> checked_refund(const v1::Return& returned, SoldUnits units) {
  units.returned.push_back(returned_lines_of(returned));
  const ResolvedParts parts = resolve(units);
  const ResolvedReturn& resolved = parts.money.returns.back();
  const int count = returned.lines_size();
  const std::vector<int64_t> money = refunds_of_last(parts.money, count);
  const std::vector<int64_t> points_minor = refunds_of_last(parts.points_minor, count);
  const std::vector<int64_t> points_milli = refunds_of_last(parts.points_milli, count);
  const std::vector<int64_t> gift_balance = refunds_of_last(parts.gift_balance, count);
  Amounts refund;  // cannot overflow: check_return limits what the lines add up to
  for (int i = 0; i < count; ++i) {
    const v1::ReturnLine& line = returned.lines(i);
    if (resolved.not_sold[i]) {
      const std::string field = absl::StrCat("returned.lines[", i, "]");
      return refuse(v1::REASON_LINE_UNKNOWN, absl::StrCat("the sale has no line for ", field),
                    {{"field", field}});
    }
    if (resolved.surplus_milli[i] > 0) {
      return exceeds_sold(line, units, resolved.surplus_milli[i]);
    }
    refund.amount_minor += line.has_refund_minor() ? line.refund_minor()
                                                   : money[i] + points_minor[i] + gift_balance[i];
    refund.points_minor += points_minor[i];
    refund.points_milli += points_milli[i];
    refund.gift_balance_minor += gift_balance[i];
  }
  return refund;
}

std::vector<v1::KeptLine> kept_lines_of(const SoldUnits& units) {
  const ResolvedParts parts = resolve(units);
  std::vector<v1::KeptLine> lines;
  for (size_t i = 0; i < units.sold.size(); ++i) {
    v1::KeptLine& line = lines.emplace_back();
    line.set_line_id(units.sold[i].line_id);
    line.set_kept_milli(parts.money.kept[i].quantity_milli);
    line.set_points_minor(parts.points_minor.kept[i].refund_minor);
    line.set_points_milli(parts.points_milli.kept[i].refund_minor);
    line.set_gift_balance_minor(parts.gift_balance.kept[i].refund_minor);
    line.set_refund_minor(parts.money.kept[i].refund_minor + line.points_minor() +
                          line.gift_balance_minor());
    line.set_paid_net_minor(units.sold[i].paid_net_minor);
    line.set_paid_points_minor(units.parts[i].points_minor);
    line.set_paid_points_milli(units.parts[i].points_milli);
    line.set_paid_gift_balance_minor(units.parts[i].gift_balance_minor);
  }
  return lines;
}

int64_t total_minor_of(const v1::Sale& sale, const std::optional<v1::Quote>& verdict) {
  int64_t total_minor = 0;  // cannot overflow: check_sale limits what the lines add up to
  for (int i = 0; i < sale.lines_size(); ++i) total_minor += paid_net_minor_of(sale, verdict, i);
  return total_minor;
}

}  // namespace moadon::agent
