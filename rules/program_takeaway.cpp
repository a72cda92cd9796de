#include "rules/program_takeaway.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"

namespace moadon {
namespace {

using Taken = std::vector<TakenAway>;

constexpr int32_t kFullBps = 10'000;

// Texts promise nothing.
bool is_text(const v1::Effect& effect) {
  return effect.has_receipt_message() || effect.has_cashier_prompt();
}

// Multiplies points by less than one: the only effect that takes.
bool lessens(const v1::Benefit& benefit) {
  return benefit.effect().has_points_multiplier() &&
         benefit.effect().points_multiplier().factor_bps() < kFullBps;
}

bool asks_for_stages(const v1::Program& program) {
  return std::any_of(
      program.benefits().begin(), program.benefits().end(), [](const v1::Benefit& benefit) {
        return std::any_of(benefit.conditions().begin(), benefit.conditions().end(),
                           [](const v1::Condition& condition) { return condition.has_stages(); });
      });
}

// Whether one of its dates ended before `day`.
bool has_ended(const v1::Benefit& benefit, absl::CivilDay day) {
  const std::string today = format_day(std::max(day, absl::CivilDay(1970, 1, 1)));
  return std::any_of(benefit.conditions().begin(), benefit.conditions().end(),
                     [&](const v1::Condition& condition) {
                       const std::string& until = condition.dates().until_date();
                       return !until.empty() && until < today;  // YYYY-MM-DD order like texts
                     });
}

void take_benefits(const v1::Program& before, const v1::Program& after, absl::CivilDay first_day,
                   Taken& taken) {
  absl::flat_hash_map<std::string, const v1::Benefit*> by_id;
  for (const v1::Benefit& benefit : after.benefits()) by_id[benefit.benefit_id()] = &benefit;
  for (int i = 0; i < before.benefits_size(); ++i) {
    const v1::Benefit& old = before.benefits(i);
    if (has_ended(old, first_day)) continue;
    const auto found = by_id.find(old.benefit_id());
    const bool is_gone = found == by_id.end();
    if (!is_gone) {
      const v1::Benefit& now = *found->second;
      by_id.erase(found);
      if (is_text(old.effect()) ? !lessens(now) : is_no_worse(old, now)) continue;
    } else if (is_text(old.effect()) || lessens(old)) {
      continue;
    }
    taken.push_back(
        {absl::StrCat("benefits[", i, "]"),
         is_gone
             ? Wording{absl::StrCat("\"", old.title(), "\" ends"),
                       absl::StrCat("ההטבה \"", old.title(), "\" מבוטלת")}
             : Wording{absl::StrCat("\"", old.title(), "\" changes, and not only for the better"),
                       absl::StrCat("ההטבה \"", old.title(), "\" משתנה, ולא רק לטובה")}});
  }
  for (int i = 0; i < after.benefits_size(); ++i) {
    const v1::Benefit& now = after.benefits(i);
    if (!lessens(now) || by_id.count(now.benefit_id()) == 0) continue;
    taken.push_back({absl::StrCat("benefits[", i, "]"),
                     {absl::StrCat("\"", now.title(), "\" lessens the points of a purchase"),
                      absl::StrCat("ההטבה \"", now.title(), "\" מפחיתה את הנקודות בקנייה")}});
  }
}

bool is_right_no_worse(const v1::RightKind& before, const v1::RightKind& after) {
  if (before.kind_case() != after.kind_case()) return false;
  if (after.valid_after_days() > before.valid_after_days()) return false;
  if (!is_no_tighter(before.valid_days(), after.valid_days())) return false;
  if (before.has_coupon()) {
    return std::max(after.coupon().use_count(), 1) >= std::max(before.coupon().use_count(), 1);
  }
  return after.voucher().amount_minor() >= before.voucher().amount_minor() &&
         (before.voucher().single_use() || !after.voucher().single_use());
}

void take_rights(const v1::Program& before, const v1::Program& after, Taken& taken) {
  for (int i = 0; i < before.rights_size(); ++i) {
    const v1::RightKind& old = before.rights(i);
    const auto now =
        std::find_if(after.rights().begin(), after.rights().end(),
                     [&](const v1::RightKind& r) { return r.right_id() == old.right_id(); });
    const bool is_gone = now == after.rights().end();
    if (!is_gone && is_right_no_worse(old, *now)) continue;
    taken.push_back({absl::StrCat("rights[", i, "]"),
                     {absl::StrCat("\"", old.title(), is_gone ? "\" ends" : "\" is worth less"),
                      absl::StrCat("הזכאות \"", old.title(), is_gone ? "\" מבוטלת" : "\" פוחתת")}});
  }
}

void take_head(const v1::Program& before, const v1::Program& after, Taken& taken) {
  if (after.stages().SerializeAsString() != before.stages().SerializeAsString() &&
      asks_for_stages(before)) {
    taken.push_back({"stages",
                     {"stages are decided otherwise, and benefits depend on them",
                      "השלבים נקבעים אחרת, ויש הטבות שתלויות בהם"}});
  }
  if (after.notice_days() < before.notice_days()) {
    taken.push_back({"notice_days", {"less notice is given", "ההודעה מראש מתקצרת"}});
  }
}

void take_tail(const v1::Program& before, const v1::Program& after, Taken& taken) {
  if (!is_no_tighter(before.basket_cap_minor(), after.basket_cap_minor())) {
    taken.push_back(
        {"basket_cap_minor",
         {"the most that discounts take off a basket is less", "תקרת ההנחות לסל יורדת"}});
  }
  if (before.discounts_overridden_prices() && !after.discounts_overridden_prices()) {
    taken.push_back({"discounts_overridden_prices",
                     {"prices changed by the cashier are discounted no more",
                      "אין עוד הנחות על מחירים ששינה הקופאי"}});
  }
  if (after.return_grace_days() < before.return_grace_days()) {
    taken.push_back({"return_grace_days",
                     {"what comes back with a return lasts for fewer days",
                      "מה שחוזר עם החזרה תקף לפחות ימים"}});
  }
}

}  // namespace

std::vector<TakenAway> takes_away(const v1::Program& before, const v1::Program& after,
                                  absl::CivilDay first_day) {
  Taken taken;
  take_head(before, after, taken);
  take_benefits(before, after, first_day, taken);
  take_rights(before, after, taken);
  take_points(before, after, taken);
  take_tiers(before, after, taken);
  take_tail(before, after, taken);
  return taken;
}

}  // namespace moadon
