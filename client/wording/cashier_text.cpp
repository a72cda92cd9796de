#include "client/wording/cashier_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "absl/time/civil_time.h"
#include "client/wording/amounts.h"
#include "client/wording/words.h"
#include "rules/calendar.h"

namespace moadon::wording {
namespace {

using absl::Substitute;
using Reason = v1::UnappliedBenefit;

// The weekday's name; empty where the date is none.
absl::string_view weekday_text(const Words& words, absl::string_view date) {
  const auto day = parse_day(date, "date");
  if (!day.ok()) return "";
  constexpr int kDays = 7;
  return words.weekdays[(static_cast<int>(absl::GetWeekday(*day)) + 1) % kDays];
}

std::string on_day(const char* phrase, const Words& words, const v1::ReasonDate& reason) {
  return Substitute(phrase, weekday_text(words, reason.date()), date_text(reason.date()));
}

std::string from_day(const char* known, const char* unknown, const v1::ReasonDate& reason) {
  return reason.date().empty() ? unknown : Substitute(known, date_text(reason.date()));
}

std::string tiers_text(const Words& words, const v1::ReasonTiers& reason) {
  if (reason.titles().empty()) return words.no_tier_needed;
  std::string titles = reason.titles(0);
  for (int i = 1; i < reason.titles_size(); ++i) {
    titles = Substitute(words.either, titles, reason.titles(i));
  }
  return Substitute(words.tier_needed, titles);
}

std::string purchase_days_text(const Words& words, const v1::ReasonCount& reason) {
  if (reason.count() <= 1) return words.purchase_day_missing;
  return Substitute(words.purchase_days_missing, reason.count());
}

std::string used_text(const Words& words, int64_t count, const char* period) {
  if (count <= 1) return Substitute(words.used_once, period);
  if (count == 2) return Substitute(words.used_twice, period);
  return Substitute(words.used_often, count, period);
}

std::string limit_text(const Words& words, const v1::ReasonLimit& reason) {
  switch (reason.period()) {
    case v1::LIMIT_PERIOD_BASKET:
      return Substitute(words.limit_in_basket, reason.limit());
    case v1::LIMIT_PERIOD_DAY:
      return used_text(words, reason.limit(), words.period_day);
    case v1::LIMIT_PERIOD_MONTH:
      return used_text(words, reason.limit(), words.period_month);
    case v1::LIMIT_PERIOD_YEAR:
      return used_text(words, reason.limit(), words.period_year);
    case v1::LIMIT_PERIOD_EVER:
      return used_text(words, reason.limit(), words.period_ever);
    case v1::LIMIT_PERIOD_CLUB:
      return words.club_limit;
    case v1::LIMIT_PERIOD_CLUB_BUDGET:
      return words.club_budget;
    default:
      return words.not_now;
  }
}

// Reasons that need nothing but their words; null: the others.
const char* plain_text(const Words& words, Reason::ReasonCase reason) {
  switch (reason) {
    case Reason::kMemberNeeded:
      return words.member_needed;
    case Reason::kOtherBranch:
      return words.other_branch;
    case Reason::kOtherStage:
      return words.other_stage;
    case Reason::kTagMissing:
      return words.tag_missing;
    case Reason::kNotFirstPurchase:
      return words.not_first_purchase;
    case Reason::kCodeMissing:
      return words.code_missing;
    case Reason::kProductsMissing:
      return words.products_missing;
    case Reason::kChangesNothing:
      return words.changes_nothing;
    case Reason::kServerNeeded:
      return words.server_needed;
    default:
      return nullptr;
  }
}

}  // namespace

std::string cashier_text(const v1::UnappliedBenefit& benefit, const v1::Program& program) {
  const Words& words = words_of(program);
  const auto money = [&](const v1::ReasonAmount& reason) {
    return money_text(reason.amount_minor(), program.currency_code());
  };
  if (const char* plain = plain_text(words, benefit.reason_case())) return plain;
  switch (benefit.reason_case()) {
    case Reason::kStarts:
      return on_day(words.starts, words, benefit.starts());
    case Reason::kEnded:
      return Substitute(words.ended, date_text(benefit.ended().date()));
    case Reason::kTierNeeded:
      return tiers_text(words, benefit.tier_needed());
    case Reason::kPurchaseDaysMissing:
      return purchase_days_text(words, benefit.purchase_days_missing());
    case Reason::kNotBirthday:
      return from_day(words.birthday_from, words.birthday_unknown, benefit.not_birthday());
    case Reason::kNotAnniversary:
      return from_day(words.anniversary_from, words.anniversary_unknown, benefit.not_anniversary());
    case Reason::kOtherWeekday:
      return on_day(words.other_weekday, words, benefit.other_weekday());
    case Reason::kOtherHours:
      return Substitute(words.other_hours, benefit.other_hours().from_time(),
                        benefit.other_hours().until_time());
    case Reason::kRightMissing:
      return Substitute(words.right_missing, benefit.right_missing().title());
    case Reason::kQuantityMissing:
      return Substitute(words.quantity_missing,
                        milli_text(benefit.quantity_missing().quantity_milli()));
    case Reason::kSpendMissing:
      return Substitute(words.spend_missing, money(benefit.spend_missing()));
    case Reason::kLimitReached:
      return limit_text(words, benefit.limit_reached());
    case Reason::kBetterInGroup:
      return Substitute(words.better_in_group, benefit.better_in_group().title());
    case Reason::kSilenced:
      if (benefit.silenced().benefit_id().empty()) return words.silenced;
      return Substitute(words.silenced_by, benefit.silenced().title());
    case Reason::kBasketCapReached:
      return Substitute(words.basket_cap_reached, money(benefit.basket_cap_reached()));
    default:
      return words.not_now;
  }
}

std::string cashier_text(const v1::RefusedCode& code, const v1::Program& program) {
  const Words& words = words_of(program);
  if (!code.has_benefit()) return Substitute(words.code_unknown, code.code());
  return Substitute(words.code_unused, code.code(), cashier_text(code.benefit(), program));
}

void add_texts(v1::Quote& quote, const v1::Program& program) {
  for (v1::UnappliedBenefit& benefit : *quote.mutable_not_applied()) {
    benefit.set_cashier_text(cashier_text(benefit, program));
  }
  for (v1::RefusedCode& code : *quote.mutable_refused_codes()) {
    code.set_cashier_text(cashier_text(code, program));
    if (!code.has_benefit()) continue;
    code.mutable_benefit()->set_cashier_text(cashier_text(code.benefit(), program));
  }
}

}  // namespace moadon::wording
