#include "plugin/register/till/receipt_paper.h"

#include <algorithm>
#include <string_view>

#include "plugin/register/decimal.h"
#include "plugin/register/text_columns.h"
#include "plugin/register/times.h"

namespace moadon {
namespace {

PaperLine paper_line(const Json& line, const char* paid_member) {
  PaperLine paper;
  paper.description = text_of(line, "description");
  if (paper.description.empty()) paper.description = text_of(line, "sku");
  paper.quantity_milli = int64_of(line, "quantity_milli");
  paper.unit_price_minor = int64_of(line, "unit_price_minor");
  paper.value_minor = line_value_minor(paper.unit_price_minor, paper.quantity_milli);
  paper.paid_net_minor =
      line.contains(paid_member) ? int64_of(line, paid_member) : paper.value_minor;
  return paper;
}

// What sales and returns have in common.
PaperReceipt paper_of(const Json& content, const char* paid_member) {
  PaperReceipt paper;
  paper.receipt = text_of(content, "receipt");
  paper.cashier = text_of(content, "cashier");
  paper.local_time = format_local(parse_time(text_of(content, "occurred_at")).value_or(0));
  for (const Json& line : part_of(content, "lines")) {
    paper.lines.push_back(paper_line(line, paid_member));
    paper.total_minor += paper.lines.back().paid_net_minor;
  }
  for (const Json& tender : part_of(content, "tenders")) {
    paper.tenders.push_back({text_of(tender, "kind"), int64_of(tender, "amount_minor")});
  }
  paper.cash_rounding_minor = int64_of(content, "cash_rounding_minor");
  paper.member = masked_key(part_of(content, "key"));
  return paper;
}

const char* tender_word(const Texts& texts, const std::string& kind) {
  if (kind == "TENDER_KIND_CASH") return texts.cash;
  if (kind == "TENDER_KIND_CARD") return texts.card;
  if (kind == "TENDER_KIND_GIFT_BALANCE") return texts.gift_balance;
  return texts.other_tender;
}

// Lines of one receipt, as they grow.
class Paper final {
 public:
  Paper(const PaperReceipt& receipt, const PaperStyle& style)
      : receipt_(receipt), style_(style), texts_(style.texts) {}

  std::vector<std::string> print() {
    head();
    rule();
    if (receipt_.club_lines.empty()) {
      own_lines();
    } else {
      rows_.insert(rows_.end(), receipt_.club_lines.begin(), receipt_.club_lines.end());
      rule();
      payment(due_minor());
    }
    member();
    return std::move(rows_);
  }

 private:
  void own_lines() {
    for (const PaperLine& line : receipt_.lines) article(line);
    rule();
    if (receipt_.is_return) {
      refund();
    } else {
      sums();
    }
    row(texts_.vat_included);
  }

  void head() {
    if (!receipt_.store.empty()) centered(receipt_.store);
    sides(labelled(texts_.register_word, receipt_.register_id), receipt_.local_time);
    row(labelled(receipt_.is_return ? texts_.return_receipt : texts_.receipt, receipt_.receipt));
    if (!receipt_.original_receipt.empty()) {
      row(labelled(texts_.of_receipt, receipt_.original_receipt));
    }
    if (!receipt_.cashier.empty()) row(labelled(texts_.cashier, receipt_.cashier));
    if (receipt_.is_copy) centered(texts_.copy);
  }

  void article(const PaperLine& line) {
    if (receipt_.is_return) {
      row(line.description);
    } else {
      sides(line.description, amount(line.value_minor));
    }
    if (receipt_.is_return || line.quantity_milli != 1000) {
      row("  " + format_quantity(line.quantity_milli) + " × " + amount(line.unit_price_minor));
    }
    if (!receipt_.is_return && line.paid_net_minor != line.value_minor) {
      sides(std::string("  ") + texts_.discount, amount(line.paid_net_minor - line.value_minor));
    }
  }

  void sums() {
    int64_t saved_minor = -receipt_.total_minor;
    for (const PaperLine& line : receipt_.lines) saved_minor += line.value_minor;
    if (receipt_.cash_rounding_minor != 0) {
      sides(texts_.total, money(receipt_.total_minor));
      sides(texts_.cash_rounding, money(receipt_.cash_rounding_minor));
    }
    const int64_t to_pay_minor = receipt_.total_minor + receipt_.cash_rounding_minor;
    sides(texts_.to_pay, money(to_pay_minor));
    if (saved_minor > 0) sides(texts_.saved, money(saved_minor));
    payment(due_minor());
  }

  // What is paid in cash or by card: all but gift balance, and points, which are no tender.
  int64_t due_minor() const {
    int64_t minor = 0;
    for (const PaperTender& tender : receipt_.tenders) {
      if (tender.kind != "TENDER_KIND_GIFT_BALANCE") minor += tender.amount_minor;
    }
    return minor;
  }

  void payment(int64_t due_minor) {
    if (!receipt_.club_lines.empty() && receipt_.cash_rounding_minor != 0) {
      sides(texts_.cash_rounding, money(receipt_.cash_rounding_minor));
    }
    for (const PaperTender& tender : receipt_.tenders) {
      sides(tender_word(texts_, tender.kind), money(tender.amount_minor));
    }
    if (receipt_.given_minor) {
      sides(texts_.given, money(*receipt_.given_minor));
      sides(texts_.change, money(*receipt_.given_minor - due_minor));
    }
  }

  void refund() {
    if (receipt_.refund_minor) sides(texts_.credit, money(*receipt_.refund_minor));
    if (receipt_.points_back_milli > 0) {
      sides(std::string(texts_.points_back) + " (" + format_quantity(receipt_.points_back_milli) +
                ")",
            money(receipt_.points_back_minor));
    }
    if (receipt_.gift_balance_back_minor > 0) {
      sides(texts_.gift_balance, money(receipt_.gift_balance_back_minor));
    }
    for (const PaperTender& tender : receipt_.tenders) {
      sides(tender_word(texts_, tender.kind), money(tender.amount_minor));
    }
  }

  // Receipts looked up later come without the customer: then nothing is said of one.
  void member() {
    if (receipt_.member.empty() && (receipt_.is_copy || receipt_.is_return)) return;
    rule();
    row(receipt_.member.empty() ? texts_.not_member : labelled(texts_.member, receipt_.member));
    if (receipt_.offline) row(texts_.offline);
  }

  void row(const std::string& text) { rows_.push_back(fit_columns(text, style_.columns)); }
  void rule() { rows_.emplace_back(static_cast<size_t>(style_.columns), '-'); }

  void centered(const std::string& text) {
    const std::string fitted = fit_columns(text, style_.columns);
    rows_.push_back(pad_before(fitted, (style_.columns + text_columns(fitted)) / 2));
  }

  // One text at each edge; the first gives way to the second.
  void sides(const std::string& first, const std::string& second) {
    const int room = style_.columns - text_columns(second) - 1;
    const std::string fitted = fit_columns(first, std::max(room, 0));
    const std::string closed = texts_.right_to_left ? closed_right_to_left(fitted) : fitted;
    rows_.push_back(pad_after(closed, room + 1) + second);
  }

  static std::string labelled(const char* label, const std::string& value) {
    return std::string(label) + ": " + value;
  }
  static std::string amount(int64_t amount_minor) { return format_decimal(amount_minor, 2); }
  std::string money(int64_t amount_minor) const {
    return money_text(style_.currency_sign, amount_minor);
  }

  const PaperReceipt& receipt_;
  const PaperStyle& style_;
  const Texts& texts_;
  std::vector<std::string> rows_;
};

}  // namespace

PaperReceipt paper_of_sale(const Json& sale) { return paper_of(sale, "paid_net_minor"); }

PaperReceipt paper_of_return(const Json& returned) {
  PaperReceipt paper = paper_of(returned, "refund_minor");
  paper.is_return = true;
  paper.original_receipt = text_of(part_of(returned, "original"), "receipt");
  const Json& lines = part_of(returned, "lines");
  const bool refund_known = std::all_of(
      lines.begin(), lines.end(), [](const Json& line) { return line.contains("refund_minor"); });
  if (refund_known) paper.refund_minor = paper.total_minor;
  return paper;
}

std::vector<std::string> print_paper(const PaperReceipt& receipt, const PaperStyle& style) {
  return Paper(receipt, style).print();
}

std::string money_text(const std::string& currency_sign, int64_t amount_minor) {
  const std::string amount = format_decimal(amount_minor, 2);
  if (amount_minor >= 0) return currency_sign + amount;
  return "-" + currency_sign + amount.substr(1);
}

std::string masked_key(const Json& key) {
  if (!key.is_object() || key.empty()) return {};
  constexpr size_t kShown = 4;
  const std::string kind = key.begin().key();
  const std::string value = text_of(key, kind.c_str());
  std::string last;  // Letters and digits only, from the end.
  for (auto at = value.rbegin(); at != value.rend() && last.size() < kShown; ++at) {
    if (std::isalnum(static_cast<unsigned char>(*at)) != 0) last.insert(last.begin(), *at);
  }
  return (kind == "phone" ? "xxx-xxx-" : "xxxx") + last;
}

}  // namespace moadon
