// Dates and counts as people read them in their language. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace moadon::wording {

// A date YYYY-MM-DD for readers of a BCP 47 language: "5.11.2026" in Hebrew, as it is in others.
// Anything that is no date as it is. date_text() in amounts.h is what receipts print.
std::string date_text(absl::string_view date, absl::string_view language_code);

// 1234567 -> "1,234,567", in Hebrew and English alike.
std::string count_text(int64_t count);

// Basis points: 1234 -> "12.3%", rounded half up to a tenth; -1 -> "0.0%".
std::string share_text(int64_t share_bps);

// Days in words, with what Hebrew makes of one and two: "1 day", "41 days"; "יום אחד", "יומיים",
// "41 ימים".
std::string days_text(int64_t days, absl::string_view language_code);

}  // namespace moadon::wording
