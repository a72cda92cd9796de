#include "plugin/register/till/quote_view.h"

#include <fmt/format.h>

#include "plugin/register/decimal.h"

namespace moadon {
namespace {

void say_benefits(Screen& screen, const Json& quote) {
  for (const Json& benefit : part_of(quote, "applied")) {
    const int64_t saved_minor = int64_of(benefit, "saved_minor");
    const std::string saved = saved_minor == 0 ? "" : "  " + screen.money(-saved_minor);
    screen.say("  " + text_of(benefit, "title") + saved);
  }
  for (const Json& benefit : part_of(quote, "not_applied")) {
    screen.say(screen.texts().not_applied, text_of(benefit, "title"),
               text_of(benefit, "cashier_text"));
  }
  for (const Json& code : part_of(quote, "refused_codes")) {
    screen.say("  " + text_of(code, "cashier_text"));
  }
}

void say_points(Screen& screen, const Json& points) {
  const Texts& texts = screen.texts();
  const auto say = [&](const char* text, const char* milli, const char* minor) {
    if (int64_of(points, milli) == 0) return;
    screen.say(text, format_quantity(int64_of(points, milli)),
               screen.money(int64_of(points, minor)));
  };
  if (int64_of(points, "earned_milli") != 0) {
    screen.say(texts.points_to_earn, format_quantity(int64_of(points, "earned_milli")));
  }
  if (int64_of(points, "spent_milli") == 0) {
    say(texts.points_can_pay, "spendable_milli", "spendable_minor");
  }
  say(texts.points_pay, "spent_milli", "spent_minor");
}

// "₪120.00 / 2 purchase days": either is enough; "+" where both are asked.
void say_tier(Screen& screen, const Json& tier) {
  const std::string next = text_of(tier, "next_title");
  if (next.empty()) return;
  std::string ways;
  for (const Json& gap : part_of(tier, "gaps")) {
    const int64_t spend_minor = int64_of(gap, "spend_minor");
    const int64_t days = int64_of(gap, "purchase_days");
    std::string way = spend_minor > 0 ? screen.money(spend_minor) : "";
    if (days > 0) {
      if (!way.empty()) way += " + ";
      way += fmt::format(fmt::runtime(screen.texts().purchase_days), days);
    }
    if (!ways.empty()) ways += " / ";
    ways += way.empty() ? "0" : way;
  }
  if (!ways.empty()) screen.say(screen.texts().next_tier, next, ways);
}

void say_gifts(Screen& screen, const Json& quote) {
  for (const Json& grant : part_of(quote, "rights_granted")) {
    screen.say(screen.texts().right_granted, text_of(grant, "title"));
  }
  for (const Json& gift : part_of(quote, "gifts")) {
    screen.say(screen.texts().give_along, screen.name_of(part_of(gift, "gift")));
  }
  for (const Json& prompt : part_of(quote, "cashier_prompts")) {
    if (prompt.is_string()) screen.say(prompt.get<std::string>());
  }
}

const Json* refused_code(const Json& quote, const std::string& code) {
  for (const Json& refused : part_of(quote, "refused_codes")) {
    if (text_of(refused, "code") == code) return &refused;
  }
  return nullptr;
}

}  // namespace

void say_quote(Screen& screen, const Json& quote) {
  say_benefits(screen, quote);
  say_points(screen, part_of(quote, "points"));
  say_tier(screen, part_of(quote, "tier"));
  say_gifts(screen, quote);
}

std::string refusal_of_code(const Json& quote, const std::string& code) {
  const Json* refused = refused_code(quote, code);
  return refused == nullptr ? "" : text_of(*refused, "cashier_text");
}

bool knows_code(const Json& quote, const std::string& code) {
  const Json* refused = refused_code(quote, code);
  return refused == nullptr || refused->contains("benefit");
}

}  // namespace moadon
