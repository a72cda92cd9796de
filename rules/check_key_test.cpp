#include "rules/check.h"
#include "rules/money.h"
#include "rules/refusal.h"
#include "rules/text.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using SetKey = void (*)(v1::Key&, const std::string&);

TEST_CASE("each kind of key has its lengths, in bytes") {
  const struct {
    const char* field;
    SetKey set;
    size_t least, most;
  } cases[] = {
      {"key.phone", [](v1::Key& key, const std::string& value) { key.set_phone(value); }, 3, 32},
      {"key.card", [](v1::Key& key, const std::string& value) { key.set_card(value); }, 1, 64},
      {"key.wallet", [](v1::Key& key, const std::string& value) { key.set_wallet(value); }, 1, 64},
      {"key.email", [](v1::Key& key, const std::string& value) { key.set_email(value); }, 3, 254},
      {"key.scanned", [](v1::Key& key, const std::string& value) { key.set_scanned(value); }, 1,
       254},
      {"key.last_digits",
       [](v1::Key& key, const std::string& value) { key.set_last_digits(value); }, 4, 10}};
  for (const auto& c : cases) {
    INFO(c.field);
    const auto detail = [&](const std::string& value) {
      v1::Key key;
      c.set(key, value);
      return detail_of(check_key(key, KeyUse::kToIdentify, "key"));
    };
    CHECK(detail("").reason() == v1::REASON_FIELD_MISSING);
    CHECK(detail("").values().at("field") == c.field);
    if (c.least > 1) {
      CHECK(detail(std::string(c.least - 1, '1')).reason() == v1::REASON_FIELD_INVALID);
    }
    CHECK(detail(std::string(c.least, '1')).reason() == v1::REASON_UNSPECIFIED);
    CHECK(detail(std::string(c.most, '1')).reason() == v1::REASON_UNSPECIFIED);
    CHECK(detail(std::string(c.most + 1, '1')).reason() == v1::REASON_FIELD_INVALID);
    CHECK(detail(std::string(c.most + 1, '1')).values().at("field") == c.field);
  }
}

TEST_CASE("keys are text without control characters, last digits are digits") {
  v1::Key key;
  for (const char* const bad :
       {"12\n34", "12\x7F", "12\u008534", "12\u202834", "12\u202934", "\xFF\xFE\xFD"}) {
    key.set_card(bad);
    CHECK(reason_of(check_key(key, KeyUse::kToKeep, "key")) == v1::REASON_TEXT_INVALID);
  }
  for (const char* const bad : {"123a", "12 34", "\u05D0\u05D1\u05D2\u05D3"}) {
    key.set_last_digits(bad);
    CHECK(reason_of(check_key(key, KeyUse::kToIdentify, "key")) == v1::REASON_FIELD_INVALID);
  }
  CHECK(reason_of(check_key(key, KeyUse::kToKeep, "key")) == v1::REASON_FIELD_INVALID);
}

TEST_CASE("ids of the owner are letters, digits, dot, underscore and dash") {
  for (const char* const good : {"a", "Z9", "a.b_c-d"}) CHECK(check_id(good, "id").ok());
  CHECK(check_id(std::string(32, 'a'), "id").ok());
  CHECK(reason_of(check_id("", "id")) == v1::REASON_FIELD_MISSING);
  for (const std::string& bad :
       {std::string(33, 'a'), std::string("a b"), std::string("a/b"), std::string("\u05D0")}) {
    CHECK(reason_of(check_id(bad, "id")) == v1::REASON_FIELD_INVALID);
  }
}

v1::Return good_return() {
  v1::Return returned;
  returned.set_receipt("r1");
  returned.mutable_occurred_at()->set_seconds(1'700'000'000);
  v1::ReturnLine& line = *returned.add_lines();
  line.set_line_id("1");
  line.set_sku("A");
  line.set_quantity_milli(1000);
  line.set_unit_price_minor(500);
  return returned;
}

TEST_CASE("a return's amounts, keys and roles are checked like a sale's") {
  CHECK(check_return(good_return()).ok());
  const struct {
    const char* what;
    void (*change)(v1::Return&);
    v1::Reason reason;
    const char* field;
  } cases[] = {
      {"negative refund", [](v1::Return& r) { r.mutable_lines(0)->set_refund_minor(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "returned.lines[0].refund_minor"},
      {"huge refund",
       [](v1::Return& r) { r.mutable_lines(0)->set_refund_minor(kMaxAmountMinor + 1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "returned.lines[0].refund_minor"},
      {"largest refund",
       [](v1::Return& r) { r.mutable_lines(0)->set_refund_minor(kMaxAmountMinor); },
       v1::REASON_UNSPECIFIED, ""},
      {"two roles",
       [](v1::Return& r) {
         r.mutable_lines(0)->set_is_deposit(true);
         r.mutable_lines(0)->set_is_gift_balance(true);
       },
       v1::REASON_FIELD_INVALID, "returned.lines[0].is_gift_balance"},
      {"gift balance", [](v1::Return& r) { r.mutable_lines(0)->set_is_gift_balance(true); },
       v1::REASON_UNSPECIFIED, ""},
      {"empty key", [](v1::Return& r) { r.mutable_key(); }, v1::REASON_FIELD_MISSING,
       "returned.key"},
      {"negative total", [](v1::Return& r) { r.set_register_total_minor(-1); },
       v1::REASON_AMOUNT_OUT_OF_RANGE, "returned.register_total_minor"},
      {"total", [](v1::Return& r) { r.set_register_total_minor(500); }, v1::REASON_UNSPECIFIED, ""},
      {"no lines", [](v1::Return& r) { r.clear_lines(); }, v1::REASON_FIELD_MISSING,
       "returned.lines"},
      {"a line twice", [](v1::Return& r) { *r.add_lines() = r.lines(0); }, v1::REASON_FIELD_INVALID,
       "returned.lines[1].line_id"},
      {"tags",
       [](v1::Return& r) {
         for (int i = 0; i < kMaxTags; ++i) r.mutable_lines(0)->add_tags("t");
       },
       v1::REASON_UNSPECIFIED, ""},
      {"too many lines",
       [](v1::Return& r) {
         for (int i = 1; i <= kMaxLines; ++i) {
           *r.add_lines() = r.lines(0);
           r.mutable_lines(i)->set_line_id(std::to_string(i + 1));
         }
       },
       v1::REASON_TOO_LARGE, "returned.lines"}};
  for (const auto& c : cases) {
    INFO(c.what);
    v1::Return returned = good_return();
    c.change(returned);
    const v1::ErrorDetail detail = detail_of(check_return(returned));
    CHECK(v1::Reason_Name(detail.reason()) == v1::Reason_Name(c.reason));
    if (c.reason != v1::REASON_UNSPECIFIED) CHECK(detail.values().at("field") == c.field);
  }
}

TEST_CASE("a basket's moment is within the times that are kept") {
  v1::Basket basket;
  basket.mutable_at()->set_seconds(1'700'000'000);
  CHECK(check_basket(basket).ok());
  basket.mutable_at()->set_seconds(-1);
  CHECK(reason_of(check_basket(basket)) == v1::REASON_TIME_OUT_OF_RANGE);
}

TEST_CASE("direction controls and broken text are told apart") {
  for (const char* const bad : {"\u202A", "\u202E", "\u2066", "\u2069"}) {
    CHECK(has_direction_controls(bad));
  }
  for (const char* const good : {"\u2029", "\u202F", "\u2065", "\u206A", "\u200E", ""}) {
    CHECK_FALSE(has_direction_controls(good));
  }
  CHECK_FALSE(has_direction_controls("\xE2\x80"));
  CHECK_FALSE(has_control_characters("\xC2"));
  CHECK_FALSE(is_valid_utf8("\xE2\x80"));
  CHECK_FALSE(is_valid_utf8("\xE2\x28\xA1"));
  CHECK_FALSE(is_valid_utf8("\xE2\x82\x28"));
}

}  // namespace
}  // namespace moadon
