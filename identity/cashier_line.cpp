#include "identity/cashier_line.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace moadon {
namespace {

struct Wording {
  absl::string_view greeting;  // before the name, if there is one
  absl::string_view sentence;  // after it
};

Wording hebrew(v1::Stage stage) {
  switch (stage) {
    case v1::STAGE_POTENTIAL:
    case v1::STAGE_INTERESTED:
      return {"ברוכים הבאים", "זו הקנייה הראשונה במועדון."};
    case v1::STAGE_NEW:
      return {"שלום", "תודה שחזרת אלינו."};
    case v1::STAGE_LOYAL:
      return {"שלום", "תודה על הנאמנות."};
    case v1::STAGE_CHURNING:
      return {"שלום", "התגעגענו, טוב לראות אותך שוב."};
    default:
      return {"שלום", "טוב לראות אותך."};
  }
}

Wording english(v1::Stage stage) {
  switch (stage) {
    case v1::STAGE_POTENTIAL:
    case v1::STAGE_INTERESTED:
      return {"Welcome", "this is your first purchase with the club."};
    case v1::STAGE_NEW:
      return {"Hello", "thank you for coming back."};
    case v1::STAGE_LOYAL:
      return {"Hello", "thank you for your loyalty."};
    case v1::STAGE_CHURNING:
      return {"Hello", "we missed you, good to see you again."};
    default:
      return {"Hello", "good to see you."};
  }
}

// Bytes of the first character of well-formed UTF-8.
size_t first_character_bytes(absl::string_view text) {
  size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) ++bytes;
  return bytes;
}

}  // namespace

std::string cashier_line(absl::string_view language_code, absl::string_view first_name,
                         v1::Stage stage) {
  const Wording words = language_code == "he" ? hebrew(stage) : english(stage);
  const absl::string_view space = first_name.empty() ? "" : " ";
  return absl::StrCat(words.greeting, space, first_name, ", ", words.sentence);
}

std::string display_name(absl::string_view first_name, absl::string_view last_name) {
  if (last_name.empty()) return std::string(first_name);
  const absl::string_view initial = last_name.substr(0, first_character_bytes(last_name));
  if (first_name.empty()) return absl::StrCat(initial, ".");
  return absl::StrCat(first_name, " ", initial, ".");
}

absl::string_view first_name_in(absl::string_view display_name) {
  if (!absl::ConsumeSuffix(&display_name, ".")) return display_name;
  const size_t space = display_name.rfind(' ');
  return space == absl::string_view::npos ? absl::string_view() : display_name.substr(0, space);
}

}  // namespace moadon
