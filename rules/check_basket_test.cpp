// What the customer brings to a basket: codes, points, gift balance; and what a line may be.
#include <functional>

#include "rules/check.h"
#include "rules/money.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon {
namespace {

v1::Line good_line() {
  v1::Line line;
  line.set_line_id("1");
  line.set_sku("A");
  line.set_quantity_milli(1000);
  line.set_unit_price_minor(500);
  return line;
}

v1::Basket good_basket() {
  v1::Basket basket;
  *basket.add_lines() = good_line();
  return basket;
}

TEST_CASE("codes, points and gift balance of a basket stay within their limits") {
  const struct {
    const char* what;
    std::function<void(v1::Basket&)> change;
    v1::Reason reason;  // UNSPECIFIED: passes
    const char* field;
  } cases[] = {
      {"a code of 64 bytes", [](auto& b) { b.add_coupon_codes(std::string(64, 'x')); },
       v1::REASON_UNSPECIFIED, ""},
      {"a code of 65 bytes", [](auto& b) { b.add_coupon_codes(std::string(65, 'x')); },
       v1::REASON_FIELD_INVALID, "basket.coupon_codes[0]"},
      {"an empty code", [](auto& b) { b.add_coupon_codes(""); }, v1::REASON_FIELD_MISSING,
       "basket.coupon_codes[0]"},
      {"a code that is no text",
       [](auto& b) {
         b.add_coupon_codes("A");
         b.add_coupon_codes("A\tB");
       },
       v1::REASON_TEXT_INVALID, "basket.coupon_codes[1]"},
      {"32 codes",
       [](auto& b) {
         for (int i = 0; i < 32; ++i) b.add_coupon_codes("A");
       },
       v1::REASON_UNSPECIFIED, ""},
      {"33 codes",
       [](auto& b) {
         for (int i = 0; i < 33; ++i) b.add_coupon_codes("A");
       },
       v1::REASON_TOO_LARGE, "basket.coupon_codes"},
      {"the most points", [](auto& b) { b.set_spend_points_milli(kMaxSpendPointsMilli); },
       v1::REASON_UNSPECIFIED, ""},
      {"too many points", [](auto& b) { b.set_spend_points_milli(kMaxSpendPointsMilli + 1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "basket.spend_points_milli"},
      {"negative points", [](auto& b) { b.set_spend_points_milli(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "basket.spend_points_milli"},
      {"the most gift balance", [](auto& b) { b.set_gift_balance_minor(kMaxSumMinor); },
       v1::REASON_UNSPECIFIED, ""},
      {"too much gift balance", [](auto& b) { b.set_gift_balance_minor(kMaxSumMinor + 1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "basket.gift_balance_minor"},
      {"negative gift balance", [](auto& b) { b.set_gift_balance_minor(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "basket.gift_balance_minor"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    v1::Basket basket = good_basket();
    c.change(basket);
    const v1::ErrorDetail detail = detail_of(check_basket(basket));
    CHECK(v1::Reason_Name(detail.reason()) == v1::Reason_Name(c.reason));
    if (c.reason != v1::REASON_UNSPECIFIED) CHECK(detail.values().at("field") == c.field);
  }
}

TEST_CASE("codes and points of a sale are checked as a basket's") {
  v1::Sale sale;
  sale.set_receipt("1");
  sale.mutable_occurred_at()->set_seconds(1'790'000'000);
  *sale.add_lines() = good_line();
  REQUIRE(check_sale(sale).ok());
  sale.set_spend_points_milli(-1);
  CHECK(detail_of(check_sale(sale)).values().at("field") == "sale.spend_points_milli");
  sale.set_spend_points_milli(1);
  sale.add_coupon_codes("");
  CHECK(detail_of(check_sale(sale)).values().at("field") == "sale.coupon_codes[0]");
  sale.set_coupon_codes(0, "A");
  sale.add_tenders()->set_kind(v1::TENDER_KIND_GIFT_BALANCE);
  CHECK(check_sale(sale).ok());
}

TEST_CASE("a line is a deposit, gift balance sold or a gift: one of them") {
  const struct {
    bool deposit, gift_balance;
    const char* gift_of;
    const char* refused;  // empty: passes
  } cases[] = {
      {true, false, "", ""},
      {false, true, "", ""},
      {false, false, "b", ""},
      {true, true, "", "basket.lines[0].is_gift_balance"},
      {true, false, "b", "basket.lines[0].gift_benefit_id"},
      {false, true, "b", "basket.lines[0].gift_benefit_id"},
      {false, false, "a\nb", "basket.lines[0].gift_benefit_id"},
      {false, false, "a-name-of-thirty-three-bytes-long", "basket.lines[0].gift_benefit_id"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.deposit, c.gift_balance, c.gift_of);
    v1::Basket basket = good_basket();
    basket.mutable_lines(0)->set_is_deposit(c.deposit);
    basket.mutable_lines(0)->set_is_gift_balance(c.gift_balance);
    basket.mutable_lines(0)->set_gift_benefit_id(c.gift_of);
    const v1::ErrorDetail detail = detail_of(check_basket(basket));
    if (*c.refused == '\0') {
      CHECK(detail.reason() == v1::REASON_UNSPECIFIED);
    } else {
      CHECK(detail.values().at("field") == c.refused);
    }
  }
}

TEST_CASE("a returned line is a deposit or gift balance, not both") {
  v1::Return returned;
  returned.set_receipt("2");
  returned.mutable_occurred_at()->set_seconds(1'790'000'000);
  v1::ReturnLine& line = *returned.add_lines();
  line.set_line_id("1");
  line.set_sku("A");
  line.set_quantity_milli(1000);
  line.set_is_gift_balance(true);
  CHECK(check_return(returned).ok());
  line.set_is_deposit(true);
  CHECK(detail_of(check_return(returned)).values().at("field") ==
        "returned.lines[0].is_gift_balance");
}

}  // namespace
}  // namespace moadon
