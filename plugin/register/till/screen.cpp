#include "plugin/register/till/screen.h"

#include <istream>
#include <ostream>
#include <sstream>
#include <string_view>

#include "plugin/register/text_columns.h"
#include "plugin/register/till/receipt_paper.h"

namespace moadon {

Screen::Screen(std::istream& in, std::ostream& out, Settings settings)
    : in_(in), out_(out), settings_(settings), texts_(texts_of(settings.language)) {}

void Screen::use_currency(const std::string& currency_code) {
  currency_sign_ =
      currency_code.empty() || currency_code == "ILS" ? kShekelSign : currency_code + " ";
}

std::string Screen::money(int64_t amount_minor) const {
  return money_text(currency_sign_, amount_minor);
}

std::string Screen::name_of(const Json& line) const {
  const std::string description = text_of(line, "description");
  const std::string name = description.empty() ? text_of(line, "sku") : description;
  return texts_.right_to_left ? closed_right_to_left(name) : name;
}

std::optional<std::string> Screen::read(const std::string& prompt) {
  if (settings_.prompts) out_ << as_seen(prompt) << std::flush;
  std::string line;
  if (!std::getline(in_, line)) return std::nullopt;
  return clean_text(line);
}

void Screen::say(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out_ << as_seen(line) << '\n';
  out_ << std::flush;
}

std::string Screen::as_seen(const std::string& line) const {
  return settings_.visual_hebrew && texts_.right_to_left ? visual_order(line) : line;
}

void Screen::print(const std::vector<std::string>& paper) {
  for (const std::string& line : paper) out_ << as_seen(line) << '\n';
  out_ << std::flush;
}

}  // namespace moadon
