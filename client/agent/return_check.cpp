#include "client/agent/return_check.h"

#include "absl/strings/str_cat.h"
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

}  // namespace

SoldUnits sold_units_of(const KnownSale& sale, const std::optional<v1::Quote>& verdict) {
  SoldUnits units;
  units.sold = verdict ? sold_lines_of(sale.sale, verdict->lines()) : sold_lines_of(sale.sale);
  for (const v1::Return& returned : sale.returns) {
    units.returned.push_back(returned_lines_of(returned));
  }
  return units;
}

SoldUnits sold_units_of(const v1::GetReceiptResponse& receipt) {
  SoldUnits units{sold_lines_of(receipt.sale()), {}};
  std::vector<ReturnedLine> before;
  for (int i = 0; i < receipt.kept_lines_size() && i < receipt.sale().lines_size(); ++i) {
    SoldLine& sold = units.sold[i];
    const v1::KeptLine& kept = receipt.kept_lines(i);
    if (kept.has_paid_net_minor()) {
      sold.paid_net_minor = kept.paid_net_minor();
      sold.points_spent_minor = kept.paid_points_minor();
      sold.points_spent_milli = kept.paid_points_milli();
      sold.gift_balance_minor = kept.paid_gift_balance_minor();
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
  const ResolvedReturn resolved = resolve_returns(units.sold, units.returned).returns.back();
  std::vector<int64_t> refunds_minor(returned.lines_size(), 0);
  for (const TakenUnits& taken : resolved.taken) {
    refunds_minor[taken.returned_index] += taken.refund_minor;
  }
  Amounts refund;
  refund.points_minor = resolved.points_spent_minor;
  refund.points_milli = resolved.points_spent_milli;
  refund.gift_balance_minor = resolved.gift_balance_minor;
  for (int i = 0; i < returned.lines_size(); ++i) {
    const v1::ReturnLine& line = returned.lines(i);
    if (resolved.not_sold[i]) {
      const std::string field = absl::StrCat("returned.lines[", i, "]");
      return refuse(v1::REASON_LINE_UNKNOWN, absl::StrCat("the sale has no line for ", field),
                    {{"field", field}});
    }
    if (resolved.surplus_milli[i] > 0) {
      return exceeds_sold(line, units, resolved.surplus_milli[i]);
    }
    // Cannot overflow: check_return limits what the lines add up to.
    refund.amount_minor += line.has_refund_minor() ? line.refund_minor() : refunds_minor[i];
  }
  return refund;
}

std::vector<v1::KeptLine> kept_lines_of(const SoldUnits& units) {
  const ReturnsOfSale resolved = resolve_returns(units.sold, units.returned);
  std::vector<v1::KeptLine> lines;
  for (size_t i = 0; i < units.sold.size(); ++i) {
    const SoldLine& sold = units.sold[i];
    const KeptUnits& kept = resolved.kept[i];
    v1::KeptLine& line = lines.emplace_back();
    line.set_line_id(sold.line_id);
    line.set_kept_milli(kept.quantity_milli);
    line.set_refund_minor(kept.refund_minor);
    line.set_points_minor(kept.points_spent_minor);
    line.set_points_milli(kept.points_spent_milli);
    line.set_gift_balance_minor(kept.gift_balance_minor);
    line.set_paid_net_minor(sold.paid_net_minor);
    line.set_paid_points_minor(sold.points_spent_minor);
    line.set_paid_points_milli(sold.points_spent_milli);
    line.set_paid_gift_balance_minor(sold.gift_balance_minor);
  }
  return lines;
}

int64_t total_minor_of(const v1::Sale& sale, const std::optional<v1::Quote>& verdict) {
  const std::vector<SoldLine> lines =
      verdict ? sold_lines_of(sale, verdict->lines()) : sold_lines_of(sale);
  int64_t total_minor = 0;  // cannot overflow: check_sale limits what the lines add up to
  for (const SoldLine& line : lines) total_minor += line.paid_net_minor;
  return total_minor;
}

}  // namespace moadon::agent
