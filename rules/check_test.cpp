#include "rules/check.h"

#include <functional>

#include "google/protobuf/text_format.h"
#include "rules/money.h"
#include "rules/refusal.h"
#include "rules/text.h"
#include "tests/catch.h"

namespace moadon {
namespace {

v1::Sale good_sale() {
  v1::Sale sale;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(R"(
    receipt: "1" occurred_at { seconds: 1790000000 } cashier: "דנה"
    key { phone: "054-1234567" }
    lines { line_id: "1" quantity_milli: 1000 sku: "A" description: "חלב" unit_price_minor: 620 }
    lines { line_id: "2" quantity_milli: 347 sku: "B" unit_price_minor: 1290 tags: "fruit" }
    tenders { kind: TENDER_KIND_CASH amount_minor: 1070 }
    cash_rounding_minor: 2)",
                                                        &sale));
  return sale;
}

v1::Return good_return() {
  v1::Return returned;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(R"(
    receipt: "2" occurred_at { seconds: 1790000000 }
    original { register_id: "R1" receipt: "1" }
    lines { line_id: "1" quantity_milli: 1000 sku: "A" unit_price_minor: 620 })",
                                                        &returned));
  return returned;
}

TEST_CASE("a plain sale and a plain return pass") {
  CHECK(check_sale(good_sale()).ok());
  CHECK(check_return(good_return()).ok());
}

TEST_CASE("a sale that is not as promised is refused with the field that is wrong") {
  const std::string long_text(300, 'x');
  const struct {
    const char* what;
    std::function<void(v1::Sale&)> change;
    v1::Reason reason;
    const char* field;
  } cases[] = {
      {"no receipt", [](auto& s) { s.clear_receipt(); }, v1::REASON_FIELD_MISSING, "sale.receipt"},
      {"long receipt", [&](auto& s) { s.set_receipt(long_text); }, v1::REASON_FIELD_INVALID,
       "sale.receipt"},
      {"control character", [](auto& s) { s.set_receipt("a\nb"); }, v1::REASON_TEXT_INVALID,
       "sale.receipt"},
      {"bidi override", [](auto& s) { s.set_cashier("a\u202Eb"); }, v1::REASON_TEXT_INVALID,
       "sale.cashier"},
      {"no time", [](auto& s) { s.clear_occurred_at(); }, v1::REASON_FIELD_MISSING,
       "sale.occurred_at"},
      {"before 1970", [](auto& s) { s.mutable_occurred_at()->set_seconds(-1); },
       v1::REASON_TIME_OUT_OF_RANGE, "sale.occurred_at"},
      {"empty key", [](auto& s) { s.mutable_key()->clear_kind(); }, v1::REASON_FIELD_MISSING,
       "sale.key"},
      {"no lines", [](auto& s) { s.clear_lines(); }, v1::REASON_FIELD_MISSING, "sale.lines"},
      {"same line id", [](auto& s) { s.mutable_lines(1)->set_line_id("1"); },
       v1::REASON_FIELD_INVALID, "sale.lines[1].line_id"},
      {"no quantity", [](auto& s) { s.mutable_lines(0)->set_quantity_milli(0); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[0].quantity_milli"},
      {"negative quantity", [](auto& s) { s.mutable_lines(0)->set_quantity_milli(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[0].quantity_milli"},
      {"huge quantity",
       [](auto& s) { s.mutable_lines(0)->set_quantity_milli(kMaxQuantityMilli + 1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[0].quantity_milli"},
      {"no sku", [](auto& s) { s.mutable_lines(0)->clear_sku(); }, v1::REASON_FIELD_MISSING,
       "sale.lines[0].sku"},
      {"empty tag", [](auto& s) { s.mutable_lines(0)->add_tags(""); }, v1::REASON_FIELD_MISSING,
       "sale.lines[0].tags[0]"},
      {"many tags",
       [](auto& s) {
         for (int i = 0; i < 17; ++i) s.mutable_lines(0)->add_tags("t");
       },
       v1::REASON_TOO_LARGE, "sale.lines[0].tags"},
      {"negative price", [](auto& s) { s.mutable_lines(1)->set_unit_price_minor(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[1].unit_price_minor"},
      {"overflowing value",
       [](auto& s) {
         s.mutable_lines(0)->set_unit_price_minor(kMaxAmountMinor);
         s.mutable_lines(0)->set_quantity_milli(2000);
       },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[0].unit_price_minor x quantity_milli"},
      {"discount over value", [](auto& s) { s.mutable_lines(0)->set_register_discount_minor(621); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[0].register_discount_minor"},
      {"negative override",
       [](auto& s) { s.mutable_lines(0)->mutable_price_override()->set_unit_price_minor(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[0].price_override.unit_price_minor"},
      {"tax over 100%", [](auto& s) { s.mutable_lines(0)->set_tax_rate_bps(10001); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[0].tax_rate_bps"},
      {"negative paid net", [](auto& s) { s.mutable_lines(0)->set_paid_net_minor(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.lines[0].paid_net_minor"},
      {"tender without kind", [](auto& s) { s.mutable_tenders(0)->clear_kind(); },
       v1::REASON_FIELD_MISSING, "sale.tenders[0].kind"},
      {"tender of unknown kind",
       [](auto& s) { s.mutable_tenders(0)->set_kind(static_cast<v1::TenderKind>(99)); },
       v1::REASON_FIELD_INVALID, "sale.tenders[0].kind"},
      {"negative tender", [](auto& s) { s.mutable_tenders(0)->set_amount_minor(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.tenders[0].amount_minor"},
      {"negative total", [](auto& s) { s.set_register_total_minor(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.register_total_minor"},
      {"large rounding", [](auto& s) { s.set_cash_rounding_minor(100); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "sale.cash_rounding_minor"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    v1::Sale sale = good_sale();
    c.change(sale);
    const v1::ErrorDetail detail = detail_of(check_sale(sale));
    CHECK(v1::Reason_Name(detail.reason()) == v1::Reason_Name(c.reason));
    CHECK(detail.values().count("field") == 1);
    CHECK(detail.values().at("field") == c.field);
  }
}

TEST_CASE("the lines of a basket sum to at most the limit of a basket") {
  v1::Sale sale = good_sale();
  sale.clear_lines();
  for (int i = 0; i < 11; ++i) {
    v1::Line& line = *sale.add_lines();
    line.set_line_id(std::to_string(i));
    line.set_sku("A");
    line.set_quantity_milli(1000);
    line.set_unit_price_minor(1);
    line.set_paid_net_minor(kMaxAmountMinor);
  }
  CHECK(reason_of(check_sale(sale)) == v1::REASON_AMOUNT_OUT_OF_RANGE);
  sale.mutable_lines()->RemoveLast();
  CHECK(check_sale(sale).ok());
}

TEST_CASE("too many lines and too large a sale are refused") {
  v1::Sale sale = good_sale();
  sale.clear_lines();
  for (int i = 0; i <= kMaxLines; ++i) {
    v1::Line& line = *sale.add_lines();
    line.set_line_id(std::to_string(i));
    line.set_sku("A");
    line.set_quantity_milli(1000);
  }
  CHECK(reason_of(check_sale(sale)) == v1::REASON_TOO_LARGE);
  sale.mutable_lines()->RemoveLast();
  CHECK(check_sale(sale).ok());
  for (v1::Line& line : *sale.mutable_lines()) {
    line.set_description(std::string(200, 'x'));
    line.set_brand(std::string(64, 'x'));
  }
  CHECK(detail_of(check_sale(sale)).values().at("field") == "sale");
}

TEST_CASE("a return without its sale's register is refused") {
  v1::Return returned = good_return();
  returned.mutable_original()->set_register_id("קופה");
  CHECK(detail_of(check_return(returned)).values().at("field") == "returned.original.register_id");
  returned.mutable_original()->clear_register_id();
  CHECK(reason_of(check_return(returned)) == v1::REASON_FIELD_MISSING);
}

TEST_CASE("an empty basket has a price, a basket with a broken line has none") {
  v1::Basket basket;
  CHECK(check_basket(basket).ok());
  basket.add_lines()->set_line_id("1");
  CHECK(detail_of(check_basket(basket)).values().at("field") == "basket.lines[0].quantity_milli");
}

TEST_CASE("keys to keep are phones, cards, wallets and emails only") {
  v1::Key key;
  CHECK(reason_of(check_key(key, KeyUse::kToKeep, "key")) == v1::REASON_FIELD_MISSING);
  key.set_scanned("123");
  CHECK(reason_of(check_key(key, KeyUse::kToKeep, "key")) == v1::REASON_FIELD_INVALID);
  CHECK(check_key(key, KeyUse::kToIdentify, "key").ok());
  key.set_last_digits("123");
  CHECK(reason_of(check_key(key, KeyUse::kToIdentify, "key")) == v1::REASON_FIELD_INVALID);
  key.set_last_digits("1234");
  CHECK(check_key(key, KeyUse::kToIdentify, "key").ok());
  key.set_phone("\u202A+972 54-123-4567\u202C");
  CHECK(check_key(key, KeyUse::kToKeep, "key").ok());
  key.set_phone("12");
  CHECK(reason_of(check_key(key, KeyUse::kToKeep, "key")) == v1::REASON_FIELD_INVALID);
  key.set_card("12\t34");
  CHECK(reason_of(check_key(key, KeyUse::kToKeep, "key")) == v1::REASON_TEXT_INVALID);
}

TEST_CASE("broken UTF-8 is recognised") {
  for (const char* good : {"", "abc", "שלום", "\u00e9", "\U0001F600"}) CHECK(is_valid_utf8(good));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF5\x80\x80\x80", "\xF4\x90\x80\x80", "a\xFF"}) {
    CHECK_FALSE(is_valid_utf8(bad));
  }
}

TEST_CASE("direction marks are fine, direction overrides are not") {
  CHECK_FALSE(has_direction_controls("א\u200F1"));
  CHECK(has_direction_controls("א\u202E1"));
  CHECK(has_direction_controls("א\u20661"));
  CHECK(has_control_characters("a\u0085"));
  CHECK(has_control_characters("a\u2028"));
  CHECK_FALSE(has_control_characters("שלום עולם"));
}

TEST_CASE("page sizes have a default and a limit") {
  CHECK(checked_page_size(0, 100, 1000).value() == 100);
  CHECK(checked_page_size(1000, 100, 1000).value() == 1000);
  CHECK(reason_of(checked_page_size(1001, 100, 1000).status()) == v1::REASON_FIELD_INVALID);
  CHECK(reason_of(checked_page_size(-1, 100, 1000).status()) == v1::REASON_FIELD_INVALID);
}

}  // namespace
}  // namespace moadon
