#include "client/cli/quote_table.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/table.h"

namespace moadon::cli {
namespace {

class QuoteScreen final {
 public:
  QuoteScreen(Session& session, const v1::Quote& quote, const v1::Basket& basket,
              const Money& money)
      : session_(session), quote_(quote), basket_(basket), money_(money) {}

  void print() {
    print_lines();
    print_sums();
    print_applied();
    print_not_applied();
    print_points();
    print_tier();
    print_given();
    if (!quote_.receipt_lines().empty()) session_.out() << '\n';
    for (const std::string& line : quote_.receipt_lines()) session_.out() << line << '\n';
  }

 private:
  std::string money(std::int64_t amount_minor) const {
    return session_.plain(money_.text(amount_minor));
  }
  std::string milli(std::int64_t number_milli) const {
    return session_.plain(format_milli(number_milli));
  }

  std::ostream& heading(const Text& text) { return session_.out() << session_.say(text) << '\n'; }

  void print_lines() {
    Table table({{session_.say({"article", "פריט"})},
                 {session_.say({"quantity", "כמות"}), Align::kRight},
                 {session_.say({"price", "מחיר"}), Align::kRight},
                 {session_.say({"value", "ערך"}), Align::kRight},
                 {session_.say({"discounts", "הנחות"})},
                 {session_.say({"to pay", "לתשלום"}), Align::kRight}});
    for (int i = 0; i < quote_.lines_size() && i < basket_.lines_size(); ++i) {
      const v1::QuotedLine& quoted = quote_.lines(i);
      const v1::Line& line = basket_.lines(i);
      std::vector<std::string> parts;
      for (const v1::DiscountPart& part : quoted.discounts()) {
        parts.push_back(
            absl::StrCat(session_.plain(part.benefit_id()), " ", money(-part.amount_minor())));
      }
      table.add({line.description().empty() ? line.sku() : line.description(),
                 milli(line.quantity_milli()), money(quoted.unit_price_minor()),
                 money(quoted.value_minor()), absl::StrJoin(parts, ", "),
                 money(quoted.paid_net_minor())});
    }
    table.print(session_.out());
  }

  void print_sums() {
    Table table({{""}, {"", Align::kRight}});
    table.add({session_.say({"total", "סה\"כ"}), money(quote_.total_minor())});
    table.add({session_.say({"saved", "חסכת"}), money(quote_.saved_minor())});
    if (quote_.points().spent_minor() > 0) {
      table.add({session_.say({"paid with points", "שולם בנקודות"}),
                 money(quote_.points().spent_minor())});
    }
    if (quote_.gift_balance_minor() > 0) {
      table.add({session_.say({"paid with gift balance", "שולם ביתרת מתנה"}),
                 money(quote_.gift_balance_minor())});
    }
    table.add({session_.say({"left to pay", "נותר לתשלום"}), money(quote_.due_minor())});
    table.add({session_.say({"in cash", "במזומן"}), money(quote_.cash_total_minor())});
    session_.out() << '\n';
    table.print(session_.out());
  }

  void print_applied() {
    if (quote_.applied().empty()) return;
    session_.out() << '\n';
    heading({"Benefits that applied", "הטבות שחלו"});
    Table table({{""}, {""}, {"", Align::kRight}, {"", Align::kRight}});
    for (const v1::AppliedBenefit& benefit : quote_.applied()) {
      table.add({session_.plain(benefit.benefit_id()), benefit.title(),
                 benefit.saved_minor() == 0 ? "" : money(benefit.saved_minor()),
                 benefit.points_milli() == 0
                     ? ""
                     : milli(benefit.points_milli()) + session_.say({" points", " נקודות"})});
    }
    table.print(session_.out());
  }

  void print_not_applied() {
    if (!quote_.not_applied().empty()) {
      session_.out() << '\n';
      heading({"Benefits that did not apply", "הטבות שלא חלו"});
      Table table({{""}, {""}, {""}});
      for (const v1::UnappliedBenefit& benefit : quote_.not_applied()) {
        table.add({session_.plain(benefit.benefit_id()), benefit.title(), benefit.cashier_text()});
      }
      table.print(session_.out());
    }
    for (const v1::RefusedCode& code : quote_.refused_codes()) {
      session_.out() << session_.say({"code not used: ", "קוד שלא נוצל: "})
                     << session_.plain(code.code()) << "  " << code.cashier_text() << '\n';
    }
  }

  void print_points() {
    if (!quote_.has_points()) return;
    const v1::QuotedPoints& points = quote_.points();
    session_.out() << '\n';
    Table table({{""}, {"", Align::kRight}});
    table.add({session_.say({"points earned", "נקודות שנצברו"}), milli(points.earned_milli())});
    table.add({session_.say({"points spent", "נקודות שמומשו"}), milli(points.spent_milli())});
    table.add({session_.say({"points to spend at most", "נקודות למימוש לכל היותר"}),
               milli(points.spendable_milli())});
    if (!points.expire_date().empty()) {
      table.add({session_.say({"earned points valid until", "הנקודות שנצברו בתוקף עד"}),
                 session_.plain(points.expire_date())});
    }
    table.print(session_.out());
  }

  void print_tier() {
    if (!quote_.has_tier()) return;
    const v1::QuotedTier& tier = quote_.tier();
    session_.out() << '\n'
                   << session_.say({"tier: ", "דרגה: "})
                   << (tier.title().empty() ? session_.say({"none", "אין"}) : tier.title()) << '\n';
    if (tier.next_tier_id().empty()) return;
    std::vector<std::string> gaps;
    for (const v1::TierGap& gap : tier.gaps()) {
      std::vector<std::string> parts;
      if (gap.spend_minor() > 0) parts.push_back(money(gap.spend_minor()));
      if (gap.purchase_days() > 0) {
        parts.push_back(session_.plain(format_count(gap.purchase_days())) +
                        session_.say({" purchase days", " ימי קנייה"}));
      }
      if (parts.empty()) {
        session_.out() << session_.say({"reached: ", "הגעה אל: "}) << tier.next_title() << '\n';
        return;
      }
      gaps.push_back(absl::StrJoin(parts, session_.say({" and ", " וגם "})));
    }
    session_.out() << session_.say({"to ", "עד "}) << tier.next_title() << ": "
                   << absl::StrJoin(gaps, session_.say({" or ", " או "})) << '\n';
  }

  void print_given() {
    for (const v1::QuotedGrant& grant : quote_.rights_granted()) {
      session_.out() << session_.say({"grants: ", "מקנה: "}) << grant.title() << '\n';
    }
    for (const v1::QuotedGift& gift : quote_.gifts()) {
      session_.out() << session_.say({"gift: ", "מתנה: "}) << gift.gift().description() << '\n';
    }
    for (const std::string& message : quote_.receipt_messages()) session_.out() << message << '\n';
    for (const std::string& prompt : quote_.cashier_prompts()) {
      session_.out() << session_.say({"to the cashier: ", "לקופאי: "}) << prompt << '\n';
    }
  }

  Session& session_;
  const v1::Quote& quote_;
  const v1::Basket& basket_;
  const Money& money_;
};

}  // namespace

void print_quote(Session& session, const v1::Quote& quote, const v1::Basket& basket,
                 const Money& money) {
  QuoteScreen(session, quote, basket, money).print();
}

}  // namespace moadon::cli
