#include "plugin/register/decimal.h"

#include <cstddef>

namespace moadon {
namespace {

constexpr size_t kWholeDigitsMax = 15;

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::optional<int64_t> parse_decimal(std::string_view text, int places) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view part;
  if (point != std::string_view::npos) {
    part = text.substr(point + 1);
    if (part.empty()) return std::nullopt;
  }
  if (whole.empty() || whole.size() > kWholeDigitsMax ||
      part.size() > static_cast<size_t>(places)) {
    return std::nullopt;
  }
  if (!all_digits(whole) || !all_digits(part)) return std::nullopt;
  int64_t value = 0;
  for (const char digit : whole) value = value * 10 + (digit - '0');
  for (int i = 0; i < places; ++i) {
    const auto at = static_cast<size_t>(i);
    value = value * 10 + (at < part.size() ? part[at] - '0' : 0);
  }
  return negative ? -value : value;
}

std::string format_decimal(int64_t value, int places) {
  std::string digits = std::to_string(value);
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  const auto width = static_cast<size_t>(places) + 1;
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - static_cast<size_t>(places), 1, '.');
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

std::string format_quantity(int64_t quantity_milli) {
  std::string text = format_decimal(quantity_milli, 3);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

int64_t line_value_minor(int64_t unit_price_minor, int64_t quantity_milli) {
  // The limits of price and quantity together reach 10^22, more than 64 bits hold; their value has
  // a lower limit of its own, which the agent checks.
  __extension__ using Wide = __int128;
  return static_cast<int64_t>((static_cast<Wide>(unit_price_minor) * quantity_milli + 500) / 1000);
}

}  // namespace moadon
