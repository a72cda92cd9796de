#include "client/wording/cashier_text.h"

#include <functional>
#include <set>

#include "rules/pricing.h"
#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon::wording {
namespace {

v1::Program program_in(const char* language) {
  v1::Program program;
  program.set_currency_code("ILS");
  program.set_language_code(language);
  return program;
}

struct Case {
  std::function<void(v1::UnappliedBenefit&)> given;
  const char* english;
  const char* hebrew;
};

const Case kCases[] = {
    {[](auto& b) { b.mutable_member_needed(); }, "for club members", "לחברי מועדון"},
    {[](auto& b) { b.mutable_other_branch(); }, "not at this branch", "לא בסניף זה"},
    {[](auto& b) { b.mutable_starts()->set_date("2026-11-29"); }, "from Sunday 29.11.2026",
     "החל מיום ראשון 29.11.2026"},
    {[](auto& b) { b.mutable_ended()->set_date("2026-11-05"); }, "ended on 5.11.2026",
     "הסתיים ב-5.11.2026"},
    {[](auto& b) { b.mutable_tier_needed()->add_titles("Gold"); }, "for Gold members",
     "לדרגת Gold"},
    {[](auto& b) {
       b.mutable_tier_needed()->add_titles("כסף");
       b.mutable_tier_needed()->add_titles("זהב");
     },
     "for כסף or זהב members", "לדרגת כסף או זהב"},
    {[](auto& b) { b.mutable_tier_needed(); }, "for members without a tier",
     "לחברי מועדון ללא דרגה"},
    {[](auto& b) { b.mutable_other_stage(); }, "not for this member now",
     "כרגע לא לחבר/ת מועדון זה/ו"},
    {[](auto& b) { b.mutable_tag_missing(); }, "for another group of members", "לקבוצת חברים אחרת"},
    {[](auto& b) { b.mutable_not_first_purchase(); }, "on the first purchase only",
     "בקנייה ראשונה בלבד"},
    {[](auto& b) { b.mutable_purchase_days_missing()->set_count(1); }, "on the next purchase day",
     "ביום הקנייה הבא"},
    {[](auto& b) { b.mutable_purchase_days_missing()->set_count(2); }, "in 2 more purchase days",
     "בעוד 2 ימי קנייה"},
    {[](auto& b) { b.mutable_not_birthday()->set_date("2027-02-25"); },
     "around the birthday, from 25.2.2027", "סביב יום ההולדת, החל מ-25.2.2027"},
    {[](auto& b) { b.mutable_not_birthday(); }, "around the birthday, which is not known",
     "סביב יום ההולדת, שאינו ידוע"},
    {[](auto& b) { b.mutable_not_anniversary()->set_date("2027-02-25"); },
     "around the anniversary, from 25.2.2027", "סביב יום הנישואין, החל מ-25.2.2027"},
    {[](auto& b) { b.mutable_not_anniversary(); }, "around the anniversary, which is not known",
     "סביב יום הנישואין, שאינו ידוע"},
    {[](auto& b) { b.mutable_other_weekday()->set_date("2026-11-28"); }, "on Saturday 28.11.2026",
     "ביום שבת 28.11.2026"},
    {[](auto& b) {
       b.mutable_other_hours()->set_from_time("10:00");
       b.mutable_other_hours()->set_until_time("12:30");
     },
     "between 10:00 and 12:30", "בין 10:00 ל-12:30"},
    {[](auto& b) { b.mutable_right_missing()->set_title("Coffee"); }, "needs: Coffee",
     "נדרש: Coffee"},
    {[](auto& b) { b.mutable_code_missing(); }, "with a coupon code", "עם קוד קופון"},
    {[](auto& b) { b.mutable_products_missing(); }, "for other articles", "על מוצרים אחרים"},
    {[](auto& b) { b.mutable_quantity_missing()->set_quantity_milli(2653); },
     "2.653 more of these articles", "עוד 2.653 ממוצרי ההטבה"},
    {[](auto& b) { b.mutable_spend_missing()->set_amount_minor(1200); }, "spend ₪12.00 more",
     "עוד ₪12.00 בקנייה"},
    {[](auto& b) { b.mutable_changes_nothing(); }, "would not change the price",
     "לא ישנה את המחיר"},
    {[](auto& b) { b.mutable_better_in_group()->set_title("10%"); }, "10% gives more",
     "10% משתלם יותר"},
    {[](auto& b) {
       b.mutable_silenced()->set_benefit_id("b");
       b.mutable_silenced()->set_title("VIP");
     },
     "not together with VIP", "לא יחד עם VIP"},
    {[](auto& b) { b.mutable_silenced(); }, "the other benefits give more",
     "ההטבות האחרות משתלמות יותר"},
    {[](auto& b) { b.mutable_basket_cap_reached()->set_amount_minor(5000); },
     "at most ₪50.00 off one purchase", "עד ₪50.00 הנחה בקנייה אחת"},
    {[](auto& b) { b.mutable_server_needed(); }, "when the connection is back",
     "כשהחיבור לרשת יחזור"},
};

struct LimitCase {
  v1::LimitPeriod period;
  int64_t limit;
  const char* english;
  const char* hebrew;
};

const LimitCase kLimitCases[] = {
    {v1::LIMIT_PERIOD_BASKET, 2, "at most 2 in one purchase", "עד 2 בקנייה אחת"},
    {v1::LIMIT_PERIOD_DAY, 1, "used today", "נוצל היום"},
    {v1::LIMIT_PERIOD_MONTH, 1, "used this month", "נוצל החודש"},
    {v1::LIMIT_PERIOD_MONTH, 2, "used twice this month", "נוצל פעמיים החודש"},
    {v1::LIMIT_PERIOD_YEAR, 3, "used 3 times this year", "נוצל 3 פעמים השנה"},
    {v1::LIMIT_PERIOD_EVER, 1, "used already", "נוצל בעבר"},
    {v1::LIMIT_PERIOD_CLUB, 100, "all given away", "ההטבה אזלה"},
    {v1::LIMIT_PERIOD_CLUB_BUDGET, 5000, "the budget is used up", "תקציב ההטבה נוצל"},
};

}  // namespace

TEST_CASE("every reason is a sentence for the cashier in both languages") {
  const v1::Program english = program_in("en");
  const v1::Program hebrew = program_in("he");
  std::set<int> said;
  for (const Case& c : kCases) {
    v1::UnappliedBenefit benefit;
    c.given(benefit);
    said.insert(static_cast<int>(benefit.reason_case()));
    CHECK(cashier_text(benefit, english) == c.english);
    CHECK(cashier_text(benefit, hebrew) == c.hebrew);
  }
  for (const LimitCase& c : kLimitCases) {
    v1::UnappliedBenefit benefit;
    benefit.mutable_limit_reached()->set_period(c.period);
    benefit.mutable_limit_reached()->set_limit(c.limit);
    said.insert(static_cast<int>(benefit.reason_case()));
    CHECK(cashier_text(benefit, english) == c.english);
    CHECK(cashier_text(benefit, hebrew) == c.hebrew);
  }
  const auto* reasons = v1::UnappliedBenefit::descriptor()->FindOneofByName("reason");
  CHECK(static_cast<int>(said.size()) == reasons->field_count());
  CHECK(cashier_text(v1::UnappliedBenefit(), english) == "not now");
}

TEST_CASE("who is a member already does not hear that it is for members") {
  const v1::Program program = program_with(
      "language_code: 'en' benefits { benefit_id: 'a' title: 'A' effect { percent_off_lines {"
      " percent_bps: 1000 } } }");
  v1::Basket basket;
  v1::Line& line = *basket.add_lines();
  line.set_line_id("1");
  line.set_sku("tea");
  line.set_quantity_milli(1000);
  line.set_unit_price_minor(1000);
  const auto said_to = [&](const std::string& member_id) {
    v1::MemberFacts facts;
    facts.set_member_id(member_id);
    v1::Quote quote =
        Pricing(program).quote(basket, facts, {"b", absl::CivilDay(2026, 1, 1), 600}).value();
    add_texts(quote, program);
    return quote.not_applied(0).cashier_text();
  };
  CHECK(said_to("new-0123456789abcdef") == "when the connection is back");
  CHECK(said_to("") == "for club members");
}

TEST_CASE("texts stand beside every reason of a quote, and beside every code") {
  v1::Quote quote;
  quote.add_not_applied()->mutable_code_missing();
  quote.add_refused_codes()->set_code("NOSUCH");
  v1::RefusedCode& used = *quote.add_refused_codes();
  used.set_code("WINTER5");
  used.mutable_benefit()->mutable_limit_reached()->set_period(v1::LIMIT_PERIOD_MONTH);
  v1::Quote hebrew = quote;
  add_texts(quote, program_in("en"));
  CHECK(quote.not_applied(0).cashier_text() == "with a coupon code");
  CHECK(quote.refused_codes(0).cashier_text() == "there is no code NOSUCH");
  CHECK_FALSE(quote.refused_codes(0).has_benefit());
  CHECK(quote.refused_codes(1).cashier_text() == "code WINTER5 not used: used this month");
  CHECK(quote.refused_codes(1).benefit().cashier_text() == "used this month");
  add_texts(hebrew, program_in("he"));
  CHECK(hebrew.refused_codes(0).cashier_text() == "אין קוד NOSUCH");
  CHECK(hebrew.refused_codes(1).cashier_text() == "קוד WINTER5 לא נוצל: נוצל החודש");
}

}  // namespace moadon::wording
