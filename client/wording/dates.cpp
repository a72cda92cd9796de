#include "client/wording/dates.h"

#include "absl/strings/str_cat.h"
#include "client/wording/amounts.h"
#include "rules/money.h"

namespace moadon::wording {
namespace {

bool is_hebrew(absl::string_view language_code) {
  const absl::string_view language = language_code.substr(0, language_code.find_first_of("-_."));
  return language == "he" || language == "iw";
}

}  // namespace

std::string date_text(absl::string_view date, absl::string_view language_code) {
  return is_hebrew(language_code) ? date_text(date) : std::string(date);
}

std::string count_text(int64_t count) {
  std::string text = absl::StrCat(count);
  const size_t first = count < 0 ? 1 : 0;
  for (size_t end = text.size(); end > first + 3;) {
    end -= 3;
    text.insert(end, ",");
  }
  return text;
}

std::string share_text(int64_t share_bps) {
  constexpr int kBpsInTenth = 10;  // of a percent
  return absl::StrCat(decimal_text(round_half_up(share_bps, kBpsInTenth).value_or(0), 1), "%");
}

std::string days_text(int64_t days, absl::string_view language_code) {
  if (!is_hebrew(language_code)) {
    return absl::StrCat(count_text(days), days == 1 ? " day" : " days");
  }
  if (days == 1) return "יום אחד";
  if (days == 2) return "יומיים";
  return absl::StrCat(count_text(days), " ימים");
}

}  // namespace moadon::wording
