#include "rules/returns.h"

#include <algorithm>
#include <utility>

#include "rules/money.h"
#include "rules/price.h"

namespace moadon {
namespace {

// An amount that goes back with units of a line: round(whole x q / Q) less what went before.
class Refundable {
 public:
  explicit Refundable(int64_t whole) : whole_(whole) {}

  int64_t take(int64_t returned_milli, int64_t sold_milli) {
    const int64_t so_far = refund_of(whole_, returned_milli, sold_milli);
    return so_far - std::exchange(taken_, so_far);
  }
  int64_t left() const { return whole_ - taken_; }

 private:
  int64_t whole_;
  int64_t taken_ = 0;
};

// What is still with the customer of one sold line while its returns are worked off in order.
class OpenLine {
 public:
  explicit OpenLine(const SoldLine& sold)
      : sold_(sold),
        money_minor_(sold.paid_net_minor - sold.points_spent_minor - sold.gift_balance_minor),
        points_minor_(sold.points_spent_minor),
        points_milli_(sold.points_spent_milli),
        gift_balance_minor_(sold.gift_balance_minor) {}

  bool is_article(const ReturnedLine& line) const {
    return sold_.sku == line.sku && sold_.unit_price_minor == line.unit_price_minor;
  }
  const SoldLine& sold() const { return sold_; }

  // Takes up to `wanted_milli` units back.
  TakenUnits take(int64_t wanted_milli) {
    TakenUnits taken;
    taken.quantity_milli = std::min(wanted_milli, sold_.quantity_milli - returned_milli_);
    returned_milli_ += taken.quantity_milli;
    const auto part_of = [&](Refundable& whole) {
      return whole.take(returned_milli_, sold_.quantity_milli);
    };
    taken.points_spent_minor = part_of(points_minor_);
    taken.points_spent_milli = part_of(points_milli_);
    taken.gift_balance_minor = part_of(gift_balance_minor_);
    taken.refund_minor =
        part_of(money_minor_) + taken.points_spent_minor + taken.gift_balance_minor;
    return taken;
  }

  KeptUnits kept() const {
    KeptUnits kept;
    kept.quantity_milli = sold_.quantity_milli - returned_milli_;
    kept.points_spent_minor = points_minor_.left();
    kept.points_spent_milli = points_milli_.left();
    kept.gift_balance_minor = gift_balance_minor_.left();
    kept.refund_minor = money_minor_.left() + points_minor_.left() + gift_balance_minor_.left();
    return kept;
  }

 private:
  const SoldLine& sold_;
  int64_t returned_milli_ = 0;
  Refundable money_minor_;
  Refundable points_minor_;
  Refundable points_milli_;
  Refundable gift_balance_minor_;
};

class Resolver {
 public:
  explicit Resolver(std::vector<OpenLine>& open) : open_(open) {}

  void add(const ReturnedLine& line) {
    int64_t wanted_milli = line.quantity_milli;
    bool found = false;
    if (!line.original_line_id.empty()) {
      for (size_t i = 0; i < open_.size(); ++i) {
        if (open_[i].sold().line_id != line.original_line_id) continue;
        found = true;
        wanted_milli -= take(i, wanted_milli);
      }
    }
    for (size_t i = 0; i < open_.size(); ++i) {
      if (!open_[i].is_article(line)) continue;
      found = true;
      if (wanted_milli > 0) wanted_milli -= take(i, wanted_milli);
    }
    result_.surplus_milli.push_back(wanted_milli);
    result_.not_sold.push_back(!found);
  }

  ResolvedReturn take_result() { return std::move(result_); }

 private:
  int64_t take(size_t sold_index, int64_t wanted_milli) {
    TakenUnits taken = open_[sold_index].take(wanted_milli);
    if (taken.quantity_milli == 0) return 0;
    taken.sold_index = sold_index;
    taken.returned_index = result_.surplus_milli.size();
    result_.refund_minor += taken.refund_minor;
    result_.points_spent_minor += taken.points_spent_minor;
    result_.points_spent_milli += taken.points_spent_milli;
    result_.gift_balance_minor += taken.gift_balance_minor;
    if (open_[sold_index].sold().is_purchase()) {
      result_.spend_minor += taken.refund_minor;
      result_.units_milli += taken.quantity_milli;
    }
    result_.taken.push_back(taken);
    return taken.quantity_milli;
  }

  std::vector<OpenLine>& open_;
  ResolvedReturn result_;
};

int64_t unlinked_line_refund_minor(const v1::ReturnLine& line) {
  return line.has_refund_minor()
             ? line.refund_minor()
             : line_value_minor(line.unit_price_minor(), line.quantity_milli()).value();
}

}  // namespace

ReturnsOfSale resolve_returns(absl::Span<const SoldLine> sold,
                              absl::Span<const std::vector<ReturnedLine>> returns) {
  std::vector<OpenLine> open(sold.begin(), sold.end());
  ReturnsOfSale result;
  for (const std::vector<ReturnedLine>& returned : returns) {
    Resolver resolver(open);
    for (const ReturnedLine& line : returned) resolver.add(line);
    result.returns.push_back(resolver.take_result());
  }
  for (const OpenLine& line : open) result.kept.push_back(line.kept());
  return result;
}

std::vector<SoldLine> sold_lines_of(const v1::Sale& sale) {
  std::vector<SoldLine> lines;
  lines.reserve(sale.lines_size());
  for (const v1::Line& line : sale.lines()) {
    lines.push_back({line.line_id(), line.sku(), line.unit_price_minor(), line.quantity_milli(),
                     paid_net_of(line), line.is_deposit(), line.is_gift_balance()});
  }
  return lines;
}

std::vector<SoldLine> sold_lines_of(const v1::Sale& sale, const QuotedLines& verdict_lines) {
  std::vector<SoldLine> lines = sold_lines_of(sale);
  for (int i = 0; i < std::min(sale.lines_size(), verdict_lines.size()); ++i) {
    const v1::QuotedLine& quoted = verdict_lines[i];
    SoldLine& line = lines[i];
    if (!sale.lines(i).has_paid_net_minor()) line.paid_net_minor = quoted.paid_net_minor();
    line.points_spent_milli = quoted.points_spent_milli();
    line.points_spent_minor = std::min(quoted.points_spent_minor(), line.paid_net_minor);
    line.gift_balance_minor =
        std::min(quoted.gift_balance_minor(), line.paid_net_minor - line.points_spent_minor);
  }
  return lines;
}

std::vector<ReturnedLine> returned_lines_of(const v1::Return& returned) {
  std::vector<ReturnedLine> lines;
  lines.reserve(returned.lines_size());
  for (const v1::ReturnLine& line : returned.lines()) {
    lines.push_back(
        {line.original_line_id(), line.sku(), line.unit_price_minor(), line.quantity_milli()});
  }
  return lines;
}

int64_t unlinked_refund_minor(const v1::Return& returned) {
  int64_t sum_minor = 0;
  for (const v1::ReturnLine& line : returned.lines()) {
    sum_minor += unlinked_line_refund_minor(line);
  }
  return sum_minor;
}

int64_t unlinked_spend_minor(const v1::Return& returned) {
  int64_t sum_minor = 0;
  for (const v1::ReturnLine& line : returned.lines()) {
    if (line.is_deposit() || line.is_gift_balance()) continue;
    sum_minor += unlinked_line_refund_minor(line);
  }
  return sum_minor;
}

}  // namespace moadon
