// Numbers for people: money, quantities, points, dates. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace moadon::wording {

// Digits after the point of a currency, by its ISO 4217 code; two of one that is not known.
int minor_digits(absl::string_view currency_code);

// "12.50", "-0.04": so many digits after the point.
std::string decimal_text(int64_t number, int digits);

// "₪12.50", "$12.50", "CHF 12.50", "-₪0.04".
std::string money_text(int64_t amount_minor, absl::string_view currency_code);

// The same with thousands apart: "₪3,200.00", for tables and sentences.
std::string sum_text(int64_t amount_minor, absl::string_view currency_code);

// Thousandths without zeros that say nothing: "3", "0.347".
std::string milli_text(int64_t number_milli);

// A date YYYY-MM-DD as day.month.year: "5.11.2026". Anything else as it is.
std::string date_text(absl::string_view date);

}  // namespace moadon::wording
