#include "server/operations/plain_member.h"

#include <algorithm>
#include <tuple>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"

namespace moadon {
namespace {

std::string text_of(const std::optional<int64_t>& number) {
  return number ? absl::StrCat(*number) : "none";
}

// What has been paid back when so many units of a sold line are: round(part x returned / sold) of
// money, points' worth and gift balance each on its own.
int64_t paid_back_minor(const PlainSale& sale, int line, int64_t returned_milli) {
  const int64_t sold_milli = sale.content.lines(line).quantity_milli();
  const int64_t points_minor = sale.points_minor[line];
  const int64_t gift_minor = sale.gift_minor[line];
  const int64_t money_minor = sale.paid_net_minor[line] - points_minor - gift_minor;
  return plain_share(money_minor, returned_milli, sold_milli) +
         plain_share(points_minor, returned_milli, sold_milli) +
         plain_share(gift_minor, returned_milli, sold_milli);
}

// Takes up to `wanted_milli` units of a sold line; refunded is what is paid back with them less
// what was before.
int64_t take(PlainSale& sale, int sold, int64_t wanted_milli, PlainReturn& returned, size_t line) {
  const v1::Line& from = sale.content.lines(sold);
  const int64_t taken_milli =
      std::min(wanted_milli, from.quantity_milli() - sale.returned_milli[sold]);
  if (taken_milli <= 0) return 0;
  sale.returned_milli[sold] += taken_milli;
  const int64_t refunded_minor = paid_back_minor(sale, sold, sale.returned_milli[sold]);
  const int64_t refund_minor = refunded_minor - sale.refunded_minor[sold];
  sale.refunded_minor[sold] = refunded_minor;
  returned.taken_milli[line] += taken_milli;
  returned.refund_minor[line] += refund_minor;
  if (plain_is_spend(from)) {
    returned.units_milli += taken_milli;
    returned.spend_minor += refund_minor;
  }
  return taken_milli;
}

void resolve_line(PlainSale& sale, PlainReturn& returned, int index) {
  const v1::ReturnLine& line = returned.content.lines(index);
  int64_t wanted_milli = line.quantity_milli();
  for (int i = 0; i < sale.content.lines_size() && !line.original_line_id().empty(); ++i) {
    if (sale.content.lines(i).line_id() != line.original_line_id()) continue;
    wanted_milli -= take(sale, i, wanted_milli, returned, index);
  }
  for (int i = 0; i < sale.content.lines_size(); ++i) {
    const v1::Line& sold = sale.content.lines(i);
    if (sold.sku() != line.sku() || sold.unit_price_minor() != line.unit_price_minor()) continue;
    wanted_milli -= take(sale, i, wanted_milli, returned, index);
  }
}

// What a line's row repeats of its content.
template <typename Row, typename Line>
void compare_article(absl::string_view kind, const Row& row, const Line& line,
                     Comparison& compare) {
  const auto subject = [kind](absl::string_view field) { return absl::StrCat(kind, ".", field); };
  compare.same(subject("line_id"), row.line_id, line.line_id());
  compare.same(subject("sku"), row.sku, line.sku());
  compare.same(subject("category"), row.category, line.category());
  compare.same(subject("brand"), row.brand, line.brand());
  compare.same(subject("quantity_milli"), row.quantity_milli, line.quantity_milli());
  compare.same(subject("unit_price_minor"), row.unit_price_minor, line.unit_price_minor());
  compare.same(subject("is_deposit"), row.is_deposit, line.is_deposit());
}

std::string owner_of(absl::string_view kind, const std::string& register_id,
                     const std::string& receipt) {
  return absl::StrCat(kind, " ", register_id, " ", receipt);
}

}  // namespace

void Comparison::same(absl::string_view subject, int64_t kept, int64_t recomputed) {
  if (kept != recomputed) same(subject, absl::StrCat(kept), absl::StrCat(recomputed));
}

void Comparison::same(absl::string_view subject, const std::optional<int64_t>& kept,
                      const std::optional<int64_t>& recomputed) {
  if (kept != recomputed) same(subject, text_of(kept), text_of(recomputed));
}

void Comparison::same(absl::string_view subject, absl::string_view kept,
                      absl::string_view recomputed) {
  if (kept == recomputed) return;
  v1::Disagreement& disagreement = found_.emplace_back();
  disagreement.set_subject(std::string(subject));
  disagreement.set_owner(owner_);
  disagreement.set_kept(std::string(kept));
  disagreement.set_recomputed(std::string(recomputed));
}

int64_t plain_share(int64_t a, int64_t b, int64_t c) {
  return static_cast<int64_t>((absl::int128(a) * b * 2 + c) / (absl::int128(c) * 2));
}

int64_t plain_value_minor(int64_t unit_price_minor, int64_t quantity_milli) {
  return plain_share(unit_price_minor, quantity_milli, 1000);
}

std::vector<int64_t> plain_paid_net_minor(const PlainSale& sale) {
  std::vector<int64_t> paid_net_minor;
  for (int i = 0; i < sale.content.lines_size(); ++i) {
    const v1::Line& line = sale.content.lines(i);
    if (line.has_paid_net_minor()) {
      paid_net_minor.push_back(line.paid_net_minor());
    } else if (i < sale.verdict.lines_size()) {
      paid_net_minor.push_back(sale.verdict.lines(i).paid_net_minor());
    } else {
      const int64_t unit_price_minor = line.has_price_override()
                                           ? line.price_override().unit_price_minor()
                                           : line.unit_price_minor();
      paid_net_minor.push_back(plain_value_minor(unit_price_minor, line.quantity_milli()) -
                               line.register_discount_minor());
    }
  }
  return paid_net_minor;
}

bool plain_is_spend(const v1::Line& line) { return !line.is_deposit() && !line.is_gift_balance(); }

void plain_resolve(PlainSale& sale, std::vector<PlainReturn*> returns) {
  const size_t sold = sale.content.lines_size();
  sale.returned_milli.assign(sold, 0);
  sale.refunded_minor.assign(sold, 0);
  sale.paid_net_minor = plain_paid_net_minor(sale);
  sale.points_minor.assign(sold, 0);
  sale.gift_minor.assign(sold, 0);
  for (size_t i = 0; i < sold && static_cast<int>(i) < sale.verdict.lines_size(); ++i) {
    const v1::QuotedLine& line = sale.verdict.lines(static_cast<int>(i));
    const int64_t paid_minor = sale.paid_net_minor[i];
    sale.points_minor[i] = std::min(line.points_spent_minor(), paid_minor);
    sale.gift_minor[i] = std::min(line.gift_balance_minor(), paid_minor - sale.points_minor[i]);
  }
  sale.returns.clear();
  std::sort(returns.begin(), returns.end(), [](const PlainReturn* a, const PlainReturn* b) {
    return std::tie(a->row->effective_time_us, a->row->register_id, a->row->receipt) <
           std::tie(b->row->effective_time_us, b->row->register_id, b->row->receipt);
  });
  for (PlainReturn* returned : returns) {
    returned->units_milli = returned->spend_minor = 0;
    returned->taken_milli.assign(returned->content.lines_size(), 0);
    returned->refund_minor.assign(returned->content.lines_size(), 0);
    for (int i = 0; i < returned->content.lines_size(); ++i) resolve_line(sale, *returned, i);
    returned->returned_milli = sale.returned_milli;
    sale.returns.push_back(returned);
  }
}

void compare_sale(const PlainSale& sale, const std::vector<storage::SaleLineRow>& lines,
                  std::vector<v1::Disagreement>& found) {
  const storage::SaleRow& row = *sale.row;
  Comparison compare(owner_of("sale", row.register_id, row.receipt), found);
  compare.same("sale.receipt", row.receipt, sale.content.receipt());
  compare.same("sale.line_count", row.line_count, sale.content.lines_size());
  compare.same("sale.lines", static_cast<int64_t>(lines.size()), sale.content.lines_size());
  int64_t value_minor = 0;
  int64_t paid_net_minor = 0;
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
  for (int i = 0; i < sale.content.lines_size(); ++i) {
    const v1::Line& line = sale.content.lines(i);
    const int64_t value = plain_value_minor(line.unit_price_minor(), line.quantity_milli());
    value_minor += value;
    paid_net_minor += sale.paid_net_minor[i];
    units_milli += plain_is_spend(line) ? line.quantity_milli() : 0;
    spend_minor += plain_is_spend(line) ? sale.paid_net_minor[i] : 0;
    if (i >= static_cast<int>(lines.size())) continue;
    compare_article("sale_line", lines[i], line, compare);
    compare.same("sale_line.value_minor", lines[i].value_minor, value);
    compare.same("sale_line.paid_net_minor", lines[i].paid_net_minor, sale.paid_net_minor[i]);
    compare.same("sale_line.returned_milli", lines[i].returned_milli, sale.returned_milli[i]);
    compare.same("sale_line.refunded_minor", lines[i].refunded_minor, sale.refunded_minor[i]);
  }
  compare.same("sale.value_minor", row.value_minor, value_minor);
  compare.same("sale.paid_net_minor", row.paid_net_minor, paid_net_minor);
  compare.same("sale.units_milli", row.units_milli, units_milli);
  compare.same("sale.spend_minor", row.spend_minor, spend_minor);
}

void compare_return(const PlainReturn& returned, const PlainSale* sale,
                    const std::vector<storage::ReturnLineRow>& lines,
                    std::vector<v1::Disagreement>& found) {
  const storage::ReturnRow& row = *returned.row;
  Comparison compare(owner_of("return", row.register_id, row.receipt), found);
  const v1::ReceiptReference& original = returned.content.original();
  compare.same("return.receipt", row.receipt, returned.content.receipt());
  compare.same("return.original_register_id", row.original_register_id.value_or(""),
               original.register_id());
  compare.same("return.original_receipt", row.original_receipt.value_or(""), original.receipt());
  compare.same("return.line_count", row.line_count, returned.content.lines_size());
  compare.same("return.lines", static_cast<int64_t>(lines.size()), returned.content.lines_size());
  int64_t value_minor = 0;
  int64_t refund_minor = 0;
  int64_t spend_minor = 0;
  for (int i = 0; i < returned.content.lines_size(); ++i) {
    const v1::ReturnLine& line = returned.content.lines(i);
    const int64_t value = plain_value_minor(line.unit_price_minor(), line.quantity_milli());
    const int64_t rules_refund = sale == nullptr ? value : returned.refund_minor[i];
    const int64_t refund = line.has_refund_minor() ? line.refund_minor() : rules_refund;
    value_minor += value;
    refund_minor += refund;
    if (!line.is_deposit() && !line.is_gift_balance()) spend_minor += refund;
    if (i >= static_cast<int>(lines.size())) continue;
    compare_article("return_line", lines[i], line, compare);
    compare.same("return_line.original_line_id", lines[i].original_line_id,
                 line.original_line_id());
    compare.same("return_line.paid_back_minor", lines[i].paid_back_minor,
                 line.has_refund_minor() ? std::optional(line.refund_minor()) : std::nullopt);
    compare.same("return_line.value_minor", lines[i].value_minor, value);
    compare.same("return_line.taken_milli", lines[i].taken_milli,
                 sale == nullptr ? 0 : returned.taken_milli[i]);
    compare.same("return_line.taken_refund_minor", lines[i].taken_refund_minor,
                 sale == nullptr ? 0 : returned.refund_minor[i]);
  }
  if (row.is_waiting()) spend_minor = 0;
  compare.same("return.value_minor", row.value_minor, value_minor);
  compare.same("return.refund_minor", row.refund_minor, refund_minor);
  compare.same("return.units_milli", row.units_milli, sale == nullptr ? 0 : returned.units_milli);
  compare.same("return.spend_minor", row.spend_minor,
               sale == nullptr ? spend_minor : returned.spend_minor);
  std::optional<int64_t> purchase_day;
  std::optional<int64_t> applied_day;
  std::optional<int64_t> applied_time_us;
  if (sale != nullptr) {
    purchase_day = sale->row->business_day;
    applied_day = std::max(sale->row->business_day, row.business_day);
    applied_time_us = std::max(sale->row->effective_time_us, row.effective_time_us);
  } else if (!row.is_waiting()) {
    purchase_day = applied_day = row.business_day;
    applied_time_us = row.effective_time_us;
  }
  const auto kept = [&row](int64_t storage::Application::*field) {
    return row.applied ? std::optional<int64_t>((*row.applied).*field) : std::nullopt;
  };
  compare.same("return.purchase_day", kept(&storage::Application::purchase_day), purchase_day);
  compare.same("return.applied_day", kept(&storage::Application::applied_day), applied_day);
  compare.same("return.applied_time_us", kept(&storage::Application::applied_time_us),
               applied_time_us);
}

}  // namespace moadon
