// Numbers as people read them. Files and --json never use these: they carry minor units and
// thousandths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace moadon::cli {

// Decimal places of a currency: 2 unless ISO 4217 says otherwise.
int minor_digits(std::string_view currency_code);

// 123456 -> "1,234.56" with two digits.
std::string format_amount(std::int64_t amount_minor, int digits);

// 1234567 -> "1,234,567".
std::string format_count(std::int64_t count);

// Thousandths, without the zeros at the end: 1000 -> "1", 347 -> "0.347".
std::string format_milli(std::int64_t quantity_milli);

// The same read back: an optional sign, digits, at most three decimals: "12.5" -> 12500. Nothing
// for anything else and for what does not fit.
std::optional<std::int64_t> parse_milli(std::string_view text);

}  // namespace moadon::cli
