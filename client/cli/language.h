// The two languages of everything that an owner reads.
#pragma once

#include <string>
#include <string_view>

namespace moadon::cli {

enum class Language { kEnglish, kHebrew };

// One text in both. Texts name values as {name}.
struct Text {
  std::string_view english;
  std::string_view hebrew;

  std::string_view in(Language language) const {
    return language == Language::kHebrew ? hebrew : english;
  }
};

// The language of a locale or a BCP 47 name: Hebrew for "he", "he_IL.UTF-8", "iw", else English.
Language language_of(std::string_view locale);

// A number, date, code or phone inside running text: in Hebrew wrapped in the invisible marks that
// keep it reading from left to right.
std::string left_to_right(std::string_view value, Language language);

}  // namespace moadon::cli
