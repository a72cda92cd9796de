// A benefit, its effect and its limits.
#include "absl/strings/str_cat.h"
#include "rules/money.h"
#include "rules/program_check.h"

namespace moadon {
namespace {

constexpr int64_t kMaxPriority = 1'000'000;
constexpr size_t kMaxGroupBytes = 64;
constexpr size_t kMaxSpokenBytes = 200;
constexpr int64_t kFullBps = 10'000;
constexpr int64_t kMaxFactorBps = 1'000'000;
constexpr int64_t kMaxUnits = 1000;
constexpr int64_t kMaxBonusMilli = 1'000'000'000'000;
constexpr int64_t kMaxInt32 = 2'147'483'647;

void check_limits(const v1::Benefit& benefit, const std::string& path, ProgramFaults& faults) {
  const v1::Limits& limits = benefit.limits();
  const auto check = [&](int64_t value, int64_t max, absl::string_view name, bool of_member) {
    const std::string at = absl::StrCat(path, ".", name);
    if (faults.check_number(value, 0, max, at) && value > 0 && of_member && benefit.for_anyone()) {
      faults.contradicts(at, {"counts uses, but the benefit is for anyone",
                              "סופר שימושים, אבל ההטבה ניתנת לכל אחד"});
    }
  };
  check(limits.per_basket_count(), kMaxInt32, "per_basket_count", false);
  check(limits.per_member_day_count(), kMaxInt32, "per_member_day_count", true);
  check(limits.per_member_month_count(), kMaxInt32, "per_member_month_count", true);
  check(limits.per_member_year_count(), kMaxInt32, "per_member_year_count", true);
  check(limits.per_member_count(), kMaxInt32, "per_member_count", true);
  check(limits.club_count(), kMaxSumMinor, "club_count", true);
  check(limits.club_budget_minor(), kMaxSumMinor, "club_budget_minor", true);
}

void check_buy_get(const v1::BuyGet& effect, const std::string& at, ProgramFaults& faults) {
  faults.check_number(effect.buy_count(), 1, kMaxUnits, at + ".buy_count");
  faults.check_number(effect.get_count(), 1, kMaxUnits, at + ".get_count");
  faults.check_number(effect.percent_bps(), 0, kFullBps, at + ".percent_bps");
  check_filter(effect.filter(), at + ".filter", faults);
  check_filter(effect.get_filter(), at + ".get_filter", faults);
  faults.check_number(effect.repeat_count(), 0, kMaxInt32, at + ".repeat_count");
}

void check_gift(const v1::GiftLine& gift, const std::string& at, ProgramFaults& faults) {
  faults.check_text(gift.sku(), 64, Presence::kRequired, at + ".sku");
  faults.check_text(gift.description(), kMaxSpokenBytes, Presence::kRequired, at + ".description");
  faults.check_amount(gift.quantity_milli(), 0, kMaxQuantityMilli, at + ".quantity_milli");
}

// The voucher to use is the one that a right_held condition names.
void check_voucher(const v1::Benefit& benefit, const ProgramNames& names, const std::string& at,
                   ProgramFaults& faults) {
  for (const v1::Condition& condition : benefit.conditions()) {
    if (!condition.has_right_held()) continue;
    const auto found = names.rights.find(condition.right_held().right_id());
    if (found == names.rights.end() || found->second->has_voucher()) return;
    return faults.contradicts(at, {"needs a voucher, but right_held names another kind of right",
                                   "דורש שובר, אבל right_held מפנה לזכאות מסוג אחר"});
  }
  faults.contradicts(at, {"needs a right_held condition that names a voucher",
                          "דורש תנאי right_held שמפנה לשובר"});
}

template <typename Part>
void check_percent(const Part& part, const std::string& at, ProgramFaults& faults) {
  faults.check_number(part.percent_bps(), 1, kFullBps, at + ".percent_bps");
  check_filter(part.filter(), at + ".filter", faults);
}

template <typename Part>
void check_amount_off(const Part& part, int64_t max_minor, const std::string& at,
                      ProgramFaults& faults) {
  faults.check_amount(part.amount_minor(), 1, max_minor, at + ".amount_minor");
  check_filter(part.filter(), at + ".filter", faults);
}

void check_discount(const v1::Effect& effect, const std::string& at, ProgramFaults& faults) {
  switch (effect.kind_case()) {
    case v1::Effect::kPercentOffLines:
      return check_percent(effect.percent_off_lines(), at, faults);
    case v1::Effect::kPercentOffBasket:
      return check_percent(effect.percent_off_basket(), at, faults);
    case v1::Effect::kAmountOffLines:
      return check_amount_off(effect.amount_off_lines(), kMaxAmountMinor, at, faults);
    case v1::Effect::kAmountOffBasket:
      return check_amount_off(effect.amount_off_basket(), kMaxSumMinor, at, faults);
    case v1::Effect::kFixedPrice:
      faults.check_amount(effect.fixed_price().unit_price_minor(), 0, kMaxAmountMinor,
                          at + ".unit_price_minor");
      return check_filter(effect.fixed_price().filter(), at + ".filter", faults);
    case v1::Effect::kSetPrice:
      faults.check_number(effect.set_price().unit_count(), 2, kMaxUnits, at + ".unit_count");
      faults.check_amount(effect.set_price().price_minor(), 0, kMaxAmountMinor,
                          at + ".price_minor");
      return check_filter(effect.set_price().filter(), at + ".filter", faults);
    case v1::Effect::kBuyGet:
      return check_buy_get(effect.buy_get(), at, faults);
    case v1::Effect::kCheapestOff:
      return check_percent(effect.cheapest_off(), at, faults);
    default:
      return;
  }
}

bool gives_points_or_rights(const v1::Effect& effect) {
  return effect.has_points_multiplier() || effect.has_bonus_points() || effect.has_grant_right();
}

void check_promise(const v1::Benefit& benefit, const ProgramNames& names, const std::string& at,
                   ProgramFaults& faults) {
  const v1::Effect& effect = benefit.effect();
  switch (effect.kind_case()) {
    case v1::Effect::kVoucherAmount:
      check_filter(effect.voucher_amount().filter(), at + ".filter", faults);
      return check_voucher(benefit, names, at, faults);
    case v1::Effect::kPointsMultiplier:
      faults.check_number(effect.points_multiplier().factor_bps(), 1, kMaxFactorBps,
                          at + ".factor_bps");
      return check_filter(effect.points_multiplier().filter(), at + ".filter", faults);
    case v1::Effect::kBonusPoints:
      faults.check_amount(effect.bonus_points().points_milli(), 1, kMaxBonusMilli,
                          at + ".points_milli");
      return;
    case v1::Effect::kGiftLine:
      return check_gift(effect.gift_line(), at, faults);
    case v1::Effect::kGrantRight:
      check_right_id(effect.grant_right().right_id(), names, at + ".right_id", faults);
      faults.check_number(effect.grant_right().right_count(), 0, 100, at + ".right_count");
      return;
    case v1::Effect::kReceiptMessage:
      faults.check_text(effect.receipt_message().text(), kMaxSpokenBytes, Presence::kRequired,
                        at + ".text");
      return;
    case v1::Effect::kCashierPrompt:
      faults.check_text(effect.cashier_prompt().text(), kMaxSpokenBytes, Presence::kRequired,
                        at + ".text");
      return;
    default:
      return;
  }
}

}  // namespace

void check_effect(const v1::Benefit& benefit, const ProgramNames& names, const std::string& path,
                  ProgramFaults& faults) {
  const v1::Effect& effect = benefit.effect();
  if (effect.kind_case() == v1::Effect::KIND_NOT_SET) return faults.missing(path + ".kind");
  const auto* const field =
      v1::Effect::descriptor()->FindFieldByNumber(static_cast<int>(effect.kind_case()));
  const std::string at = absl::StrCat(path, ".", field->name());
  check_discount(effect, at, faults);
  check_promise(benefit, names, at, faults);
  if (benefit.for_anyone() && gives_points_or_rights(effect)) {
    faults.contradicts(at, {"is kept for a member, but the benefit is for anyone",
                            "נשמר לזכות חבר מועדון, אבל ההטבה ניתנת לכל אחד"});
  }
}

void check_benefit(const v1::Benefit& benefit, const ProgramNames& names, const std::string& path,
                   ProgramFaults& faults) {
  faults.check_text(benefit.title(), 100, Presence::kRequired, path + ".title");
  faults.check_number(benefit.priority(), -kMaxPriority, kMaxPriority, path + ".priority");
  faults.check_text(benefit.group(), kMaxGroupBytes, Presence::kOptional, path + ".group");
  const std::string conditions = path + ".conditions";
  if (faults.check_size(static_cast<size_t>(benefit.conditions_size()), kMaxConditions,
                        conditions)) {
    for (int i = 0; i < benefit.conditions_size() && !faults.is_full(); ++i) {
      check_condition(benefit, benefit.conditions(i), names, absl::StrCat(conditions, "[", i, "]"),
                      faults);
    }
  }
  if (benefit.has_effect()) {
    check_effect(benefit, names, path + ".effect", faults);
  } else {
    faults.missing(path + ".effect");
  }
  check_limits(benefit, path + ".limits", faults);
  faults.check_amount(benefit.cap_minor(), 0, kMaxSumMinor, path + ".cap_minor");
}

}  // namespace moadon
