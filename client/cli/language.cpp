#include "client/cli/language.h"

namespace moadon::cli {
namespace {

constexpr std::string_view kIsolate = "\u2066";     // left-to-right isolate
constexpr std::string_view kIsolateEnd = "\u2069";  // pop directional isolate

}  // namespace

Language language_of(std::string_view locale) {
  const std::string_view name = locale.substr(0, locale.find_first_of("_-.@"));
  return name == "he" || name == "iw" ? Language::kHebrew : Language::kEnglish;
}

std::string left_to_right(std::string_view value, Language language) {
  if (language == Language::kEnglish || value.empty()) return std::string(value);
  return std::string(kIsolate).append(value).append(kIsolateEnd);
}

}  // namespace moadon::cli
