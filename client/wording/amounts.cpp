#include "client/wording/amounts.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"

namespace moadon::wording {
namespace {

constexpr std::array<absl::string_view, 17> kNoDigits = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                         "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                         "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<absl::string_view, 7> kThreeDigits = {"BHD", "IQD", "JOD", "KWD",
                                                           "LYD", "OMR", "TND"};

struct Sign {
  absl::string_view code;
  absl::string_view sign;
};
constexpr Sign kSigns[] = {{"ILS", "₪"}, {"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}};

// What stands before an amount of the currency.
std::string currency_sign(absl::string_view currency_code) {
  const auto* known = std::find_if(std::begin(kSigns), std::end(kSigns),
                                   [&](const Sign& sign) { return sign.code == currency_code; });
  if (known != std::end(kSigns)) return std::string(known->sign);
  return currency_code.empty() ? "" : absl::StrCat(currency_code, " ");
}

}  // namespace

int minor_digits(absl::string_view currency_code) {
  const auto is_among = [&](const auto& codes) {
    return std::find(codes.begin(), codes.end(), currency_code) != codes.end();
  };
  return is_among(kNoDigits) ? 0 : is_among(kThreeDigits) ? 3 : 2;
}

std::string decimal_text(int64_t number, int digits) {
  std::string text = absl::StrCat(number);
  const bool is_negative = number < 0;
  if (is_negative) text.erase(0, 1);
  const auto fraction = static_cast<size_t>(digits);
  if (text.size() <= fraction) text.insert(0, fraction + 1 - text.size(), '0');
  if (fraction > 0) text.insert(text.size() - fraction, ".");
  return is_negative ? absl::StrCat("-", text) : text;
}

std::string money_text(int64_t amount_minor, absl::string_view currency_code) {
  const std::string amount = decimal_text(amount_minor, minor_digits(currency_code));
  const std::string sign = currency_sign(currency_code);
  return amount_minor < 0 ? absl::StrCat("-", sign, amount.substr(1)) : absl::StrCat(sign, amount);
}

std::string sum_text(int64_t amount_minor, absl::string_view currency_code) {
  std::string text = money_text(amount_minor, currency_code);
  const size_t point = text.rfind('.');
  size_t end = point == std::string::npos ? text.size() : point;
  while (end > 3 && absl::ascii_isdigit(text[end - 4])) {
    end -= 3;
    text.insert(end, ",");
  }
  return text;
}

std::string milli_text(int64_t number_milli) {
  std::string text = decimal_text(number_milli, 3);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string date_text(absl::string_view date) {
  const auto day = parse_day(date, "date");
  if (!day.ok()) return std::string(date);
  return absl::StrCat(day->day(), ".", day->month(), ".", day->year());
}

}  // namespace moadon::wording
