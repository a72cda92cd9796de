#include "client/wording/receipt_lines.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/substitute.h"
#include "client/wording/amounts.h"
#include "client/wording/paper.h"
#include "client/wording/words.h"
#include "rules/money.h"

namespace moadon::wording {
namespace {

using absl::Substitute;

constexpr int kIndent = 2;

// "0.347 kg": what is not sold by the piece is weighed.
std::string quantity_text(const Words& words, int64_t quantity_milli) {
  const std::string number = milli_text(quantity_milli);
  return quantity_milli % kMilli == 0 ? number : Substitute(words.kilograms, number);
}

// One receipt, as it grows.
class Receipt final {
 public:
  Receipt(const v1::Quote& quote, const v1::Basket& basket, const v1::Program& program,
          const ReceiptForm& form)
      : quote_(quote),
        basket_(basket),
        program_(program),
        form_(form),
        words_(words_of(program)),
        paper_({form.columns,
                words_.is_right_to_left ? Direction::kRightToLeft : Direction::kLeftToRight,
                form.is_visual_order}) {
    for (const v1::AppliedBenefit& benefit : quote.applied()) {
      titles_[benefit.benefit_id()] = benefit.title();
    }
    for (const v1::Benefit& benefit : program.benefits()) {
      const v1::Effect& effect = benefit.effect();
      if (effect.has_percent_off_basket() || effect.has_amount_off_basket() ||
          effect.has_voucher_amount()) {
        of_basket_.insert(benefit.benefit_id());
      }
    }
  }

  std::vector<std::string> print() {
    for (int i = 0; i < std::min(basket_.lines_size(), quote_.lines_size()); ++i) {
      article(basket_.lines(i), quote_.lines(i));
    }
    gifts();
    paper_.rule();
    basket_discounts();
    sums();
    standing();
    promises();
    return paper_.take();
  }

 private:
  void article(const v1::Line& line, const v1::QuotedLine& quoted) {
    paper_.sides(line.description().empty() ? line.sku() : line.description(),
                 number(quoted.value_minor()));
    if (line.quantity_milli() != kMilli) {
      paper_.text(Substitute(words_.several, quantity_text(words_, line.quantity_milli()),
                             number(line.unit_price_minor())),
                  kIndent);
    }
    int64_t left_minor = quoted.value_minor();
    const auto reduce = [&](absl::string_view title, int64_t amount_minor) {
      if (amount_minor != 0) paper_.sides(title, number(-amount_minor), kIndent);
      left_minor -= amount_minor;
    };
    if (line.has_price_override()) {
      const auto changed_minor =
          line_value_minor(line.price_override().unit_price_minor(), line.quantity_milli());
      reduce(words_.price_changed, left_minor - changed_minor.value_or(left_minor));
    }
    reduce(words_.discount, line.register_discount_minor());
    for (const v1::DiscountPart& part : quoted.discounts()) {
      if (of_basket_.contains(part.benefit_id())) {
        left_minor -= part.amount_minor();
      } else {
        reduce(title_of(part.benefit_id()), part.amount_minor());
      }
    }
    // What is free although no discount says so is a gift.
    reduce(gift_title(line), left_minor - quoted.paid_net_minor());
  }

  std::string gift_title(const v1::Line& line) const {
    const std::string title = title_of(line.gift_benefit_id());
    return line.gift_benefit_id().empty() ? title : Substitute(words_.gift, title);
  }

  // Articles to take along that are not in the basket yet.
  void gifts() {
    for (const v1::QuotedGift& quoted : quote_.gifts()) {
      const bool is_taken = std::any_of(
          basket_.lines().begin(), basket_.lines().end(),
          [&](const v1::Line& line) { return line.gift_benefit_id() == quoted.benefit_id(); });
      if (is_taken) continue;
      const v1::GiftLine& gift = quoted.gift();
      const int64_t quantity_milli = gift.quantity_milli() == 0 ? kMilli : gift.quantity_milli();
      std::string text = gift.description().empty() ? gift.sku() : gift.description();
      if (quantity_milli != kMilli) {
        text = Substitute(words_.several, quantity_text(words_, quantity_milli), text);
      }
      paper_.text(Substitute(words_.gift, text));
    }
  }

  // What benefits take off the basket as a whole is said once.
  void basket_discounts() {
    for (const v1::AppliedBenefit& benefit : quote_.applied()) {
      if (benefit.saved_minor() == 0 || !of_basket_.contains(benefit.benefit_id())) continue;
      paper_.sides(benefit.title(), number(-benefit.saved_minor()));
    }
  }

  void sums() {
    paper_.sides(words_.total, money(quote_.total_minor()));
    paper_.text(words_.vat_included);
    if (quote_.saved_minor() > 0) paper_.sides(words_.saved, money(quote_.saved_minor()));
    const v1::QuotedPoints& points = quote_.points();
    if (points.spent_minor() > 0) {
      paper_.sides(Substitute(words_.paid_with_points, milli_text(points.spent_milli())),
                   money(-points.spent_minor()));
    }
    if (quote_.gift_balance_minor() > 0) {
      paper_.sides(words_.gift_balance, money(-quote_.gift_balance_minor()));
    }
    if (quote_.due_minor() != quote_.total_minor()) {
      paper_.sides(words_.to_pay, money(quote_.due_minor()));
    }
  }

  // Points and tier.
  void standing() {
    if (quote_.has_points() || !tier_words().empty()) paper_.rule();
    if (quote_.has_points()) points(quote_.points());
    tier(quote_.tier());
  }

  void points(const v1::QuotedPoints& points) {
    paper_.sides(words_.points_earned, milli_text(points.earned_milli()));
    const bool is_pending = program_.points().pending_days() > 0;
    if (points.earned_milli() > 0) {
      if (is_pending) validity(words_.points_from, points.usable_date());
      validity(words_.points_until, points.expire_date());
    }
    if (points.spent_milli() > 0) {
      paper_.sides(words_.points_spent, milli_text(points.spent_milli()));
    }
    if (!form_.knows_balance) return;
    const int64_t usable_milli =
        is_pending ? 0 : std::max<int64_t>(points.earned_milli() - form_.points_owed_milli, 0);
    const int64_t left_milli = points.available_milli() - points.spent_milli();
    paper_.sides(words_.points_available, milli_text(left_milli + usable_milli));
  }

  // What the tier's lines say first; empty: nothing.
  absl::string_view tier_words() const {
    return quote_.tier().title().empty() ? quote_.tier().next_title() : quote_.tier().title();
  }

  void tier(const v1::QuotedTier& tier) {
    if (!tier.title().empty()) paper_.text(Substitute(words_.tier, tier.title()));
    if (tier.next_tier_id().empty()) return;
    std::string ways;
    for (const v1::TierGap& gap : tier.gaps()) {
      const std::string way = gap_text(gap);
      if (way.empty()) return paper_.text(Substitute(words_.tier_reached, tier.next_title()));
      ways = ways.empty() ? way : Substitute(words_.either, ways, way);
    }
    if (ways.empty()) return;
    paper_.text(Substitute("$0:", Substitute(words_.next_tier, tier.next_title())));
    paper_.text(ways, kIndent);
  }

  // Empty: nothing is missing.
  std::string gap_text(const v1::TierGap& gap) const {
    const std::string spend = gap.spend_minor() > 0 ? money(gap.spend_minor()) : "";
    if (gap.purchase_days() <= 0) return spend;
    const std::string days = gap.purchase_days() == 1
                                 ? words_.one_purchase_day
                                 : Substitute(words_.purchase_days, gap.purchase_days());
    return spend.empty() ? days : Substitute(words_.both, spend, days);
  }

  // What the sale gives for later, and what the benefits say.
  void promises() {
    if (!quote_.rights_granted().empty() || !quote_.receipt_messages().empty()) paper_.rule();
    for (const v1::QuotedGrant& grant : quote_.rights_granted()) {
      const std::string title = grant.right_count() > 1
                                    ? Substitute(words_.several, grant.right_count(), grant.title())
                                    : grant.title();
      paper_.text(Substitute(words_.granted, title));
      validity(words_.valid_from, grant.valid_from_date());
      validity(words_.valid_until, grant.valid_until_date());
    }
    for (const std::string& message : quote_.receipt_messages()) paper_.text(message);
  }

  void validity(const char* phrase, const std::string& date) {
    if (!date.empty()) paper_.text(Substitute(phrase, date_text(date)), kIndent);
  }

  std::string title_of(const std::string& benefit_id) const {
    const auto title = titles_.find(benefit_id);
    return title == titles_.end() ? words_.discount : title->second;
  }
  std::string number(int64_t amount_minor) const {
    return decimal_text(amount_minor, minor_digits(program_.currency_code()));
  }
  std::string money(int64_t amount_minor) const {
    return money_text(amount_minor, program_.currency_code());
  }

  const v1::Quote& quote_;
  const v1::Basket& basket_;
  const v1::Program& program_;
  const ReceiptForm& form_;
  const Words& words_;
  absl::flat_hash_map<std::string, std::string> titles_;  // of benefits that applied, by id
  absl::flat_hash_set<absl::string_view> of_basket_;  // benefits that act on the basket as a whole
  Paper paper_;
};

}  // namespace

bool is_printer_width(int columns) { return columns == 32 || columns == 42 || columns == 48; }

void add_receipt_lines(v1::Quote& quote, const v1::Basket& basket, const v1::Program& program,
                       const ReceiptForm& form) {
  quote.clear_receipt_lines();
  for (std::string& line : Receipt(quote, basket, program, form).print()) {
    quote.add_receipt_lines(std::move(line));
  }
}

}  // namespace moadon::wording
