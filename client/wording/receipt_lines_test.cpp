#include "client/wording/receipt_lines.h"

#include "absl/strings/str_join.h"
#include "client/wording/printed_text.h"
#include "tests/catch.h"

namespace moadon::wording {
namespace {

struct Shop {
  v1::Program program;
  v1::Basket basket;
  v1::Quote quote;

  explicit Shop(const char* language) {
    program.set_currency_code("ILS");
    program.set_language_code(language);
    program.mutable_points();
  }

  v1::QuotedLine& add(const char* description, int64_t quantity_milli, int64_t unit_price_minor,
                      int64_t value_minor, int64_t paid_net_minor) {
    v1::Line& line = *basket.add_lines();
    line.set_sku("sku");
    line.set_description(description);
    line.set_quantity_milli(quantity_milli);
    line.set_unit_price_minor(unit_price_minor);
    v1::QuotedLine& quoted = *quote.add_lines();
    quoted.set_value_minor(value_minor);
    quoted.set_paid_net_minor(paid_net_minor);
    quote.set_total_minor(quote.total_minor() + paid_net_minor);
    quote.set_due_minor(quote.total_minor());
    quote.set_saved_minor(quote.saved_minor() + value_minor - paid_net_minor);
    return quoted;
  }
  void apply(const char* benefit_id, const char* title) {
    v1::AppliedBenefit& benefit = *quote.add_applied();
    benefit.set_benefit_id(benefit_id);
    benefit.set_title(title);
  }
  std::string print(ReceiptForm form = {.columns = 32}) {
    add_receipt_lines(quote, basket, program, form);
    return absl::StrJoin(quote.receipt_lines(), "\n");
  }
};

v1::DiscountPart& discount(v1::QuotedLine& line, const char* benefit_id, int64_t amount_minor) {
  v1::DiscountPart& part = *line.add_discounts();
  part.set_benefit_id(benefit_id);
  part.set_amount_minor(amount_minor);
  return part;
}

// A member's basket in which everything happens.
Shop full_shop(const char* language) {
  Shop shop(language);
  shop.apply("m", "Member price");
  discount(shop.add("Milk 3%", 3000, 590, 1770, 1500), "m", 270);
  v1::QuotedLine& tomatoes = shop.add("Tomatoes", 347, 1290, 448, 348);
  tomatoes.mutable_discounts();
  shop.basket.mutable_lines(1)->set_register_discount_minor(100);
  v1::QuotedPoints& points = *shop.quote.mutable_points();
  points.set_earned_milli(14'000);
  points.set_spent_milli(120'000);
  points.set_spent_minor(120);
  points.set_available_milli(500'000);
  points.set_expire_date("2027-11-22");
  shop.quote.set_gift_balance_minor(500);
  shop.quote.set_due_minor(1848 - 120 - 500);
  v1::QuotedTier& tier = *shop.quote.mutable_tier();
  tier.set_tier_id("s");
  tier.set_title("Silver");
  tier.set_next_tier_id("g");
  tier.set_next_title("Gold");
  tier.add_gaps()->set_spend_minor(12'000);
  tier.add_gaps()->set_purchase_days(2);
  v1::QuotedGrant& grant = *shop.quote.add_rights_granted();
  grant.set_title("Coffee");
  grant.set_right_count(2);
  grant.set_valid_from_date("2026-11-23");
  grant.set_valid_until_date("2026-12-31");
  v1::QuotedGift& gift = *shop.quote.add_gifts();
  gift.set_benefit_id("c");
  gift.mutable_gift()->set_description("Chocolate");
  shop.quote.add_receipt_messages("See you soon, and happy holidays to all of you");
  return shop;
}

}  // namespace

TEST_CASE("a receipt says what was bought, saved, earned and given") {
  CHECK(full_shop("en").print() ==
        "Milk 3%                    17.70\n"
        "  3 × 5.90\n"
        "  Member price             -2.70\n"
        "Tomatoes                    4.48\n"
        "  0.347 kg × 12.90\n"
        "  Discount                 -1.00\n"
        "Gift: Chocolate\n"
        "--------------------------------\n"
        "Total                     ₪18.48\n"
        "VAT included\n"
        "You saved                  ₪3.70\n"
        "Paid with points (120)    -₪1.20\n"
        "Gift balance              -₪5.00\n"
        "To pay                    ₪12.28\n"
        "--------------------------------\n"
        "Points earned                 14\n"
        "  valid until 22.11.2027\n"
        "Points redeemed              120\n"
        "Points available             394\n"
        "Tier: Silver\n"
        "To the next tier, Gold:\n"
        "  ₪120.00 or 2 purchase days\n"
        "--------------------------------\n"
        "For you: 2 × Coffee\n"
        "  valid from 23.11.2026\n"
        "  valid until 31.12.2026\n"
        "See you soon, and happy holidays\n"
        "to all of you");
}

TEST_CASE("what a benefit takes off the whole basket is said once, before the total") {
  Shop shop("en");
  shop.program.clear_points();
  v1::Benefit& benefit = *shop.program.add_benefits();
  benefit.set_benefit_id("ten");
  benefit.mutable_effect()->mutable_amount_off_basket();
  shop.apply("ten", "Ten less");
  shop.quote.mutable_applied(0)->set_saved_minor(1000);
  discount(shop.add("Milk", 1000, 3000, 3000, 2250), "ten", 750);
  discount(shop.add("Bread", 1000, 1000, 1000, 750), "ten", 250);
  CHECK(shop.print() ==
        "Milk                       30.00\n"
        "Bread                      10.00\n"
        "--------------------------------\n"
        "Ten less                  -10.00\n"
        "Total                     ₪30.00\n"
        "VAT included\n"
        "You saved                 ₪10.00");
}

TEST_CASE("in Hebrew, Latin and signs keep their direction, and lines stand at the right edge") {
  Shop shop("he");
  shop.apply("m", "מחיר חבר");
  discount(shop.add("Cola 1.5L", 1000, 790, 790, 700), "m", 90);
  shop.quote.clear_points();
  CHECK(shop.print() ==
        "\u200FCola 1.5L\u200F                   7.90\n"
        "  מחיר חבר                 \u200E-0.90\n"
        "--------------------------------\n"
        "סה\"כ                       ₪7.00\n"
        "כולל מע\"מ\n"
        "חסכת                       ₪0.90");
  CHECK(shop.print({.columns = 32, .is_visual_order = true}) ==
        "7.90                   Cola 1.5L\n"
        "-0.90                 רבח ריחמ  \n"
        "--------------------------------\n"
        "₪7.00                       כ\"הס\n"
        "                       מ\"עמ ללוכ\n"
        "₪0.90                       תכסח");
}

TEST_CASE("points that wait are not counted as available, and a debt is paid first") {
  Shop shop("en");
  v1::QuotedPoints& points = *shop.quote.mutable_points();
  points.set_earned_milli(14'000);
  points.set_usable_date("2026-12-01");
  CHECK(shop.print().find("Points available              14") != std::string::npos);
  CHECK(shop.print({.columns = 32, .points_owed_milli = 4000})
            .find("Points available              10") != std::string::npos);
  CHECK(shop.print({.columns = 32, .points_owed_milli = 20'000})
            .find("Points available               0") != std::string::npos);
  shop.program.mutable_points()->set_pending_days(9);
  CHECK(shop.print().find("Points available               0") != std::string::npos);
  CHECK(shop.print().find("  usable from 1.12.2026") != std::string::npos);
}

TEST_CASE("a balance that is not known for sure is not printed") {
  Shop shop = full_shop("en");
  const std::string known = shop.print({.columns = 32});
  shop.quote.clear_receipt_lines();
  const std::string unknown = shop.print({.columns = 32, .knows_balance = false});
  CHECK(known.find("Points available") != std::string::npos);
  CHECK(unknown.find("Points available") == std::string::npos);
  CHECK(unknown.find("120") != std::string::npos);
}

TEST_CASE("a price that the cashier changed and a gift that was taken say so") {
  Shop shop("en");
  shop.apply("c", "Chocolate for all");
  shop.add("Shirt", 2000, 5000, 10'000, 8000);
  shop.basket.mutable_lines(0)->mutable_price_override()->set_unit_price_minor(4000);
  shop.add("Chocolate", 1000, 700, 700, 0);
  shop.basket.mutable_lines(1)->set_gift_benefit_id("c");
  shop.quote.add_gifts()->set_benefit_id("c");
  const std::string text = shop.print();
  CHECK(text.find("  Price changed           -20.00") != std::string::npos);
  CHECK(text.find("  Gift: Chocolate for all  -7.00") != std::string::npos);
  CHECK(text.find("\nGift:") == std::string::npos);
}

TEST_CASE("a tier that this sale reaches is announced") {
  Shop shop("en");
  v1::QuotedTier& tier = *shop.quote.mutable_tier();
  tier.set_next_tier_id("g");
  tier.set_next_title("Gold");
  tier.add_gaps()->set_spend_minor(5);
  tier.add_gaps();
  CHECK(shop.print().find("Next tier reached: Gold") != std::string::npos);
}

TEST_CASE("no line is wider than the paper, whatever it says") {
  for (const char* language : {"he", "en"}) {
    Shop shop = full_shop(language);
    const std::string word(200, 'x');
    shop.apply("w", word.c_str());
    discount(shop.add(word.c_str(), 9'999'999'999, 1'000'000'000'000, 1'000'000'000'000, 1), "w",
             999'999'999'999);
    shop.add("שָׁלוֹם עֲלֵיכֶם וּבְרָכָה לְכֻלָּם הַיּוֹם וּמָחָר", 1000, 1, 1, 1);
    shop.add("面面面面面面面面面面面面面面面面面面面面面面面面面", 1000, 1, 1, 1);
    shop.quote.mutable_tier()->set_title(word);
    for (const int columns : {32, 42, 48}) {
      for (const bool is_visual : {false, true}) {
        shop.print({.columns = columns, .is_visual_order = is_visual});
        for (const std::string& line : shop.quote.receipt_lines()) {
          CAPTURE(line);
          CHECK(columns_of(line) <= columns);
        }
      }
    }
  }
}

TEST_CASE("receipts are made for printers of 32, 42 and 48 columns") {
  for (const int columns : {32, 42, 48}) CHECK(is_printer_width(columns));
  for (const int columns : {-32, 0, 31, 33, 80}) CHECK_FALSE(is_printer_width(columns));
}

}  // namespace moadon::wording
