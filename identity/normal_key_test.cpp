#include "identity/normal_key.h"

#include <string>

#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon {
namespace {

std::string phone(const std::string& text) {
  v1::Key key;
  key.set_phone(text);
  const auto row = normal_key(key, "IL", "key");
  return row.ok() ? row->value : v1::Reason_Name(reason_of(row.status()));
}

std::string card(const std::string& text) {
  v1::Key key;
  key.set_card(text);
  const auto row = normal_key(key, "IL", "key");
  return row.ok() ? row->value : v1::Reason_Name(reason_of(row.status()));
}

TEST_CASE("all spellings of a phone are one key") {
  for (const char* text : {"0541234567", "054-123-4567", "054 1234567", "+972541234567",
                           "+972-54-1234567", "00972541234567", "+9720541234567", "972541234567",
                           "(054) 123-4567", "\u200f054-1234567\u200e",
                           "\u0660\u0665\u0664\u0661\u0662\u0663\u0664\u0665\u0666\u0667"}) {
    CAPTURE(text);
    CHECK(phone(text) == "+972541234567");
  }
  CHECK(phone("03-6123456") == "+97236123456");
  CHECK(phone("+442079460958") == "+442079460958");
}

TEST_CASE("what cannot be a phone is refused") {
  CHECK(phone("abc") == "REASON_FIELD_INVALID");
  CHECK(phone("12") == "REASON_FIELD_INVALID");
}

TEST_CASE("cards and emails are compared without case, width, direction marks and outer spaces") {
  CHECK(card("12345") == "12345");
  CHECK(card(" AB-12 ") == "ab-12");
  CHECK(card("\u200fAB-12\u200e") == "ab-12");
  CHECK(card("\uff21\uff22-\u0661\u0662") == "ab-12");
  CHECK(card("כרטיס-7") == "כרטיס-7");
  CHECK(card("\u200f") == "REASON_FIELD_INVALID");
  v1::Key email;
  email.set_email("Dana.L@Example.COM");
  CHECK(normal_key(email, "IL", "key")->value == "dana.l@example.com");
}

TEST_CASE("a card keeps the spelling it was given") {
  v1::Key key;
  key.set_card("AB-12");
  const auto row = normal_key(key, "IL", "key");
  REQUIRE(row.ok());
  CHECK(key_message(*row).card() == "AB-12");
  CHECK(row->ending == "21");
}

TEST_CASE("what was scanned is tried as card, wallet, phone and email") {
  v1::Key key;
  key.set_scanned("0541234567");
  const PresentedKey presented = presented_key(key, "IL");
  REQUIRE(presented.candidates.size() == 4);
  CHECK(presented.candidates[0].kind == KeyKind::kCard);
  CHECK(presented.candidates[1].kind == KeyKind::kWallet);
  CHECK(presented.candidates[2].value == "+972541234567");
  CHECK(presented.candidates[3].kind == KeyKind::kEmail);
}

TEST_CASE("last digits are looked for from the end") {
  v1::Key key;
  key.set_last_digits("4567");
  CHECK(presented_key(key, "IL").ending == "7654");
  CHECK(presented_key(key, "IL").candidates.empty());
}

}  // namespace
}  // namespace moadon
