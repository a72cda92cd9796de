#include "client/cli/amounts.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace moadon::cli {
namespace {

constexpr std::array<std::string_view, 17> kNoDigits = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                        "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                        "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 7> kThreeDigits = {"BHD", "IQD", "JOD", "KWD",
                                                          "LYD", "OMR", "TND"};

// The digits of the number without its sign; also right for the smallest one, which has no positive
// twin.
std::string unsigned_digits(std::int64_t number) {
  std::string text = std::to_string(number);
  if (number < 0) text.erase(0, 1);
  return text;
}

std::string grouped(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

struct Decimal {
  std::string sign;
  std::string whole;
  std::string fraction;
};

Decimal split(std::int64_t number, std::size_t digits) {
  std::string text = unsigned_digits(number);
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  const std::size_t whole_length = text.size() - digits;
  return {number < 0 ? "-" : "", text.substr(0, whole_length), text.substr(whole_length)};
}

}  // namespace

int minor_digits(std::string_view currency_code) {
  const auto among = [currency_code](const auto& codes) {
    return std::find(codes.begin(), codes.end(), currency_code) != codes.end();
  };
  return among(kNoDigits) ? 0 : among(kThreeDigits) ? 3 : 2;
}

std::string format_amount(std::int64_t amount_minor, int digits) {
  const Decimal parts = split(amount_minor, static_cast<std::size_t>(digits));
  const std::string text = parts.sign + grouped(parts.whole);
  return digits == 0 ? text : text + '.' + parts.fraction;
}

std::string format_count(std::int64_t count) { return format_amount(count, 0); }

std::string format_milli(std::int64_t quantity_milli) {
  Decimal parts = split(quantity_milli, 3);
  parts.fraction.erase(parts.fraction.find_last_not_of('0') + 1);
  const std::string text = parts.sign + grouped(parts.whole);
  return parts.fraction.empty() ? text : text + '.' + parts.fraction;
}

std::optional<std::int64_t> parse_milli(std::string_view text) {
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view("0") : text.substr(point + 1);
  const auto is_digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(),
                                        [](unsigned char c) { return absl::ascii_isdigit(c); });
  };
  if (!is_digits(whole) || !is_digits(fraction) || fraction.size() > 3) return std::nullopt;
  std::string digits = std::string(whole) + std::string(fraction);
  digits.append(3 - fraction.size(), '0');
  std::int64_t milli = 0;
  if (!absl::SimpleAtoi((is_negative ? "-" : "") + digits, &milli)) return std::nullopt;
  return milli;
}

}  // namespace moadon::cli
