#include "client/cli/program_words.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace moadon::cli {
namespace {

constexpr int kFullBps = 10'000;

template <typename List>
std::string listed(const List& list) {
  return absl::StrJoin(list, ", ");
}

}  // namespace

std::string ProgramWords::money(std::int64_t amount_minor) const {
  return plain(format_amount(amount_minor, minor_digits(program_.currency_code())));
}

std::string ProgramWords::percent(std::int64_t bps) const {
  return plain(format_milli(bps * 10) + "%");
}

std::string ProgramWords::tier(const std::string& tier_id) const {
  for (const v1::Tier& tier : program_.tiers()) {
    if (tier.tier_id() == tier_id) return tier.title();
  }
  return tier_id;
}

std::string ProgramWords::right(const std::string& right_id) const {
  for (const v1::RightKind& right : program_.rights()) {
    if (right.right_id() == right_id) return right.title();
  }
  return right_id;
}

std::string ProgramWords::filter(const v1::ProductFilter& filter) const {
  std::vector<std::string> parts;
  const auto add = [&](const auto& list, const Text& name) {
    if (!list.empty()) parts.push_back(say(name) + " " + listed(list));
  };
  add(filter.skus(), {"articles", "פריטים"});
  add(filter.sku_prefixes(), {"codes beginning with", "קודים שמתחילים ב"});
  add(filter.categories(), {"categories", "מחלקות"});
  add(filter.brands(), {"brands", "מותגים"});
  add(filter.tags(), {"marks", "סימונים"});
  add(filter.excluded_skus(), {"not articles", "לא פריטים"});
  add(filter.excluded_sku_prefixes(), {"not codes beginning with", "לא קודים שמתחילים ב"});
  add(filter.excluded_categories(), {"not categories", "לא מחלקות"});
  add(filter.excluded_brands(), {"not brands", "לא מותגים"});
  add(filter.excluded_tags(), {"not marks", "לא סימונים"});
  return absl::StrJoin(parts, "; ");
}

std::string ProgramWords::on(const v1::ProductFilter& products) const {
  const std::string which = filter(products);
  return which.empty() ? "" : " (" + which + ")";
}

std::string ProgramWords::buy_get(const v1::BuyGet& effect) const {
  std::string text =
      absl::StrCat(say({"buy ", "קונים "}), count(effect.buy_count()), on(effect.filter()),
                   say({", get ", ", מקבלים עוד "}), count(effect.get_count()));
  if (effect.has_get_filter()) absl::StrAppend(&text, on(effect.get_filter()));
  const int bps = effect.percent_bps() == 0 ? kFullBps : effect.percent_bps();
  absl::StrAppend(&text, bps == kFullBps ? say({" free", " חינם"})
                                         : absl::StrCat(say({" at ", " ב-"}), percent(bps),
                                                        say({" off", " הנחה"})));
  if (effect.repeat_count() > 0) {
    absl::StrAppend(&text, say({", at most ", ", לכל היותר "}), count(effect.repeat_count()),
                    say({" times in a basket", " פעמים בסל"}));
  }
  return text;
}

std::string ProgramWords::discount(const v1::Effect& effect) const {
  switch (effect.kind_case()) {
    case v1::Effect::kPercentOffLines:
      return absl::StrCat(percent(effect.percent_off_lines().percent_bps()),
                          say({" off the articles", " הנחה על הפריטים"}),
                          on(effect.percent_off_lines().filter()));
    case v1::Effect::kPercentOffBasket:
      return absl::StrCat(percent(effect.percent_off_basket().percent_bps()),
                          say({" off the basket", " הנחה על הסל"}),
                          on(effect.percent_off_basket().filter()));
    case v1::Effect::kAmountOffLines:
      return absl::StrCat(money(effect.amount_off_lines().amount_minor()),
                          say({" off each unit", " פחות לכל יחידה"}),
                          on(effect.amount_off_lines().filter()));
    case v1::Effect::kAmountOffBasket:
      return absl::StrCat(money(effect.amount_off_basket().amount_minor()),
                          say({" off the basket", " פחות לסל"}),
                          on(effect.amount_off_basket().filter()));
    case v1::Effect::kFixedPrice:
      return absl::StrCat(say({"a unit for ", "יחידה ב-"}),
                          money(effect.fixed_price().unit_price_minor()),
                          on(effect.fixed_price().filter()));
    case v1::Effect::kSetPrice:
      return absl::StrCat(count(effect.set_price().unit_count()), say({" for ", " ב-"}),
                          money(effect.set_price().price_minor()), on(effect.set_price().filter()));
    case v1::Effect::kBuyGet:
      return buy_get(effect.buy_get());
    case v1::Effect::kCheapestOff:
      return absl::StrCat(percent(effect.cheapest_off().percent_bps()),
                          say({" off the cheapest unit", " הנחה על היחידה הזולה"}),
                          on(effect.cheapest_off().filter()));
    case v1::Effect::kVoucherAmount:
      return absl::StrCat(say({"the voucher's amount off the basket", "סכום השובר יורד מן הסל"}),
                          on(effect.voucher_amount().filter()));
    default:
      return "";
  }
}

std::string ProgramWords::promise(const v1::Effect& effect) const {
  switch (effect.kind_case()) {
    case v1::Effect::kPointsMultiplier:
      return absl::StrCat(say({"points times ", "נקודות כפול "}),
                          milli(effect.points_multiplier().factor_bps() / 10),
                          on(effect.points_multiplier().filter()));
    case v1::Effect::kBonusPoints:
      return absl::StrCat(milli(effect.bonus_points().points_milli()),
                          say({" points on top", " נקודות נוספות"}));
    case v1::Effect::kGiftLine:
      return absl::StrCat(say({"a gift: ", "מתנה: "}), effect.gift_line().description());
    case v1::Effect::kGrantRight:
      return absl::StrCat(say({"grants: ", "מקנה: "}), right(effect.grant_right().right_id()),
                          effect.grant_right().right_count() > 1
                              ? absl::StrCat(" x ", count(effect.grant_right().right_count()))
                              : "");
    case v1::Effect::kReceiptMessage:
      return absl::StrCat(say({"on the receipt: ", "על הקבלה: "}), effect.receipt_message().text());
    case v1::Effect::kCashierPrompt:
      return absl::StrCat(say({"to the cashier: ", "לקופאי: "}), effect.cashier_prompt().text());
    default:
      return "-";
  }
}

std::string ProgramWords::effect(const v1::Effect& effect) const {
  const std::string off = discount(effect);
  return off.empty() ? promise(effect) : off;
}

std::string ProgramWords::limits(const v1::Benefit& benefit) const {
  const v1::Limits& limits = benefit.limits();
  std::vector<std::string> parts;
  const auto add = [&](std::int64_t number, const Text& of) {
    if (number > 0) parts.push_back(count(number) + " " + say(of));
  };
  add(limits.per_basket_count(), {"per basket", "לסל"});
  add(limits.per_member_day_count(), {"per member a day", "לחבר ביום"});
  add(limits.per_member_month_count(), {"per member a month", "לחבר בחודש"});
  add(limits.per_member_year_count(), {"per member a year", "לחבר בשנה"});
  add(limits.per_member_count(), {"per member ever", "לחבר בסך הכול"});
  add(limits.club_count(), {"for the whole club", "לכל המועדון"});
  if (limits.club_budget_minor() > 0) {
    parts.push_back(money(limits.club_budget_minor()) +
                    say({" for the whole club", " לכל המועדון"}));
  }
  if (benefit.cap_minor() > 0) {
    parts.push_back(say({"at most ", "עד "}) + money(benefit.cap_minor()) +
                    say({" off a basket", " הנחה לסל"}));
  }
  return absl::StrJoin(parts, "; ");
}

}  // namespace moadon::cli
