// The cashier's screen and keyboard, and the printer: lines of text in, lines of text out.
#pragma once

#include <fmt/format.h>

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "plugin/register/json.h"
#include "plugin/register/till/texts.h"

namespace moadon {

// Works line by line, so that a script can sit at it as well as a person. One thread.
class Screen final {
 public:
  struct Settings {
    Language language = Language::kHebrew;
    // Whether a person sees prompts.
    bool prompts = false;
    // Write right-to-left lines in the order in which they are seen, for terminals that cannot.
    bool visual_hebrew = false;
  };

  Screen(std::istream& in, std::ostream& out, Settings settings);

  const Texts& texts() const { return texts_; }

  // How money is written: "₪" for ILS, else the code and a blank.
  void use_currency(const std::string& currency_code);
  const std::string& currency_sign() const { return currency_sign_; }
  // Also until a currency is known.
  bool is_in_shekels() const { return currency_sign_ == kShekelSign; }
  std::string money(int64_t amount_minor) const;

  // What an article line is called: its description, or its code.
  std::string name_of(const Json& line) const;

  // The next line typed, without marks of writing direction that keyboards and copied texts bring
  // along. Nothing at the end of input.
  std::optional<std::string> read(const std::string& prompt);

  // One line or several.
  void say(const std::string& text);
  // A text with its {} filled in.
  template <typename... Values>
  void say(const char* text, const Values&... values) {
    say(fmt::format(fmt::runtime(text), values...));
  }
  void print(const std::vector<std::string>& paper);

 private:
  static constexpr char kShekelSign[] = "₪";

  std::string as_seen(const std::string& line) const;

  std::istream& in_;
  std::ostream& out_;
  const Settings settings_;
  const Texts& texts_;
  std::string currency_sign_ = kShekelSign;
};

}  // namespace moadon
