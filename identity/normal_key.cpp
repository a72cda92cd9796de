#include "identity/normal_key.h"

#include <phonenumbers/phonenumberutil.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

bool is_folded_ascii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7f && !absl::ascii_isupper(c);
  });
}

// Digits, and a plus in front, of a text that has nothing else but spaces and dashes between them.
std::optional<std::string> plain_digits(absl::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c == '+' && digits.empty())) {
      digits.push_back(c);
    } else if (c != ' ' && c != '-') {
      return std::nullopt;
    }
  }
  return digits;
}

// The commonest spellings of Israeli mobile numbers, without a parser: 05x-xxx xxxx and
// +972-5x-xxxxxxx, with and without spaces and dashes.
std::optional<std::string> plain_israeli_mobile(absl::string_view text,
                                                absl::string_view country_code) {
  constexpr absl::string_view kCountry = "+972";
  constexpr size_t kSignificantDigits = 9;
  std::optional<std::string> digits = plain_digits(text);
  if (!digits) return std::nullopt;
  absl::string_view rest = *digits;
  if (!absl::ConsumePrefix(&rest, kCountry) &&
      (country_code != "IL" || !absl::ConsumePrefix(&rest, "0"))) {
    return std::nullopt;
  }
  if (rest.size() != kSignificantDigits || rest.front() != '5') return std::nullopt;
  return absl::StrCat(kCountry, rest);
}

std::optional<std::string> normal_phone(absl::string_view text, absl::string_view country_code) {
  std::optional<std::string> plain = plain_israeli_mobile(text, country_code);
  if (plain) return plain;
  const PhoneNumberUtil& phones = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const auto parsed = phones.Parse(folded_text(text), std::string(country_code), &number);
  if (parsed != PhoneNumberUtil::NO_PARSING_ERROR || !phones.IsPossibleNumber(number)) {
    return std::nullopt;
  }
  number.clear_extension();
  std::string normal;
  phones.Format(number, PhoneNumberUtil::E164, &normal);
  return normal;
}

// Digits from the last to the first.
std::string ending_of(absl::string_view value) {
  std::string ending;
  for (auto c = value.rbegin(); c != value.rend(); ++c) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(*c))) ending.push_back(*c);
  }
  return ending;
}

std::optional<NormalKey> phone_key(absl::string_view text, absl::string_view country_code) {
  std::optional<std::string> value = normal_phone(text, country_code);
  if (!value) return std::nullopt;
  return NormalKey{KeyKind::kPhone, *value, *value, ending_of(*value)};
}

std::optional<NormalKey> folded_key(KeyKind kind, absl::string_view text) {
  std::string value = folded_text(text);
  if (value.empty()) return std::nullopt;
  NormalKey key{kind, std::move(value), std::string(absl::StripAsciiWhitespace(text)),
                std::nullopt};
  if (kind == KeyKind::kCard) key.ending = ending_of(key.value);
  return key;
}

std::optional<NormalKey> keepable_key(const v1::Key& key, absl::string_view country_code) {
  switch (key.kind_case()) {
    case v1::Key::kPhone:
      return phone_key(key.phone(), country_code);
    case v1::Key::kCard:
      return folded_key(KeyKind::kCard, key.card());
    case v1::Key::kWallet:
      return folded_key(KeyKind::kWallet, key.wallet());
    case v1::Key::kEmail:
      return folded_key(KeyKind::kEmail, key.email());
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string folded_text(absl::string_view text) {
  if (is_folded_ascii(text)) return std::string(text);
  UErrorCode code = U_ZERO_ERROR;
  const icu::Normalizer2* folding = icu::Normalizer2::getNFKCCasefoldInstance(code);
  if (U_FAILURE(code)) return std::string(text);
  const icu::UnicodeString given =
      icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  const icu::UnicodeString normal = folding->normalize(given, code);
  icu::UnicodeString result;
  for (int32_t i = 0; i < normal.length(); i = normal.moveIndex32(i, 1)) {
    const UChar32 c = normal.char32At(i);
    const int32_t digit = u_charDigitValue(c);
    result.append(digit >= 0 ? UChar32('0' + digit) : c);
  }
  std::string folded;
  result.trim().toUTF8String(folded);
  return folded;
}

absl::StatusOr<NormalKey> normal_key(const v1::Key& key, absl::string_view country_code,
                                     absl::string_view field) {
  std::optional<NormalKey> row = keepable_key(key, country_code);
  if (row) return *std::move(row);
  const absl::string_view limit =
      key.kind_case() == v1::Key::kPhone ? "a possible phone number" : "a key";
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " must be ", limit),
                {{"field", field}, {"limit", limit}});
}

PresentedKey presented_key(const v1::Key& key, absl::string_view country_code) {
  PresentedKey presented;
  const auto add = [&presented](std::optional<NormalKey> row) {
    if (row) presented.candidates.push_back(*std::move(row));
  };
  if (key.kind_case() == v1::Key::kLastDigits) {
    presented.ending = ending_of(key.last_digits());
  } else if (key.kind_case() == v1::Key::kScanned) {
    add(folded_key(KeyKind::kCard, key.scanned()));
    add(folded_key(KeyKind::kWallet, key.scanned()));
    add(phone_key(key.scanned(), country_code));
    add(folded_key(KeyKind::kEmail, key.scanned()));
  } else {
    add(keepable_key(key, country_code));
  }
  return presented;
}

v1::Key key_message(const NormalKey& row) {
  v1::Key key;
  switch (row.kind) {
    case KeyKind::kPhone:
      key.set_phone(row.shown);
      break;
    case KeyKind::kCard:
      key.set_card(row.shown);
      break;
    case KeyKind::kWallet:
      key.set_wallet(row.shown);
      break;
    case KeyKind::kEmail:
      key.set_email(row.shown);
      break;
  }
  return key;
}

}  // namespace moadon
