#include "rules/program_doubts.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/program_takeaway.h"
#include "rules/ready_program.h"

namespace moadon {
namespace {

constexpr int32_t kFullBps = 10'000;

const std::string& asked_right(const v1::Benefit& benefit) {
  static const std::string none;
  for (const v1::Condition& condition : benefit.conditions()) {
    if (condition.has_right_held()) return condition.right_held().right_id();
  }
  return none;
}

// What benefits and tiers do with rights.
struct RightUses {
  std::set<std::string> granted;
  std::set<std::string> obtainable;  // granted to somebody who holds no right that nobody has yet
  std::set<std::string> asked;

  explicit RightUses(const v1::Program& program) {
    std::multimap<std::string, std::string> granted_for;  // for a right asked: "" for none
    for (const v1::Benefit& benefit : program.benefits()) {
      const std::string& right_id = asked_right(benefit);
      if (!right_id.empty()) asked.insert(right_id);
      if (!benefit.effect().has_grant_right()) continue;
      granted.insert(benefit.effect().grant_right().right_id());
      granted_for.emplace(right_id, benefit.effect().grant_right().right_id());
    }
    for (const v1::Tier& tier : program.tiers()) {
      if (!tier.entry_gift().has_right_id()) continue;
      granted.insert(tier.entry_gift().right_id());
      granted_for.emplace("", tier.entry_gift().right_id());
    }
    std::vector<std::string> reached = {""};
    while (!reached.empty()) {
      const auto [from, until] = granted_for.equal_range(reached.back());
      reached.pop_back();
      for (auto next = from; next != until; ++next) {
        if (obtainable.insert(next->second).second) reached.push_back(next->second);
      }
    }
  }
};

Wording of_benefit(const v1::Benefit& benefit, absl::string_view english,
                   absl::string_view hebrew) {
  return {absl::StrCat("\"", benefit.title(), "\" ", english),
          absl::StrCat("ההטבה \"", benefit.title(), "\" ", hebrew)};
}

bool is_empty(const v1::ProductFilter& filter) { return filter.ByteSizeLong() == 0; }

// Whether whole baskets can cost nothing by it.
bool takes_everything(const v1::Benefit& benefit) {
  const v1::Effect& effect = benefit.effect();
  if (benefit.cap_minor() > 0) return false;
  if (effect.has_percent_off_lines()) {
    return effect.percent_off_lines().percent_bps() == kFullBps &&
           is_empty(effect.percent_off_lines().filter());
  }
  if (effect.has_percent_off_basket()) {
    return effect.percent_off_basket().percent_bps() == kFullBps &&
           is_empty(effect.percent_off_basket().filter());
  }
  if (!effect.has_amount_off_basket()) return false;
  for (const v1::Condition& condition : benefit.conditions()) {
    if (condition.has_minimum_basket() &&
        condition.minimum_basket().amount_minor() <= effect.amount_off_basket().amount_minor()) {
      return true;
    }
  }
  return false;
}

// A multiplier multiplies amounts and items only.
bool has_rule_to_multiply(const v1::Program& program) {
  return std::any_of(program.points().earn_rules().begin(), program.points().earn_rules().end(),
                     [](const v1::EarnRule& rule) { return !rule.has_per_visit(); });
}

void doubt_rights_of(const v1::Benefit& benefit, const RightUses& uses, const v1::Program& program,
                     const std::string& path, ProgramDoubts& doubts) {
  for (int i = 0; i < benefit.conditions_size(); ++i) {
    const v1::Condition& condition = benefit.conditions(i);
    if (!condition.has_right_held()) continue;
    const std::string at = absl::StrCat(path, ".conditions[", i, "].right_held");
    const std::string& right_id = condition.right_held().right_id();
    if (uses.granted.count(right_id) == 0) {
      doubts.push_back(
          {at, of_benefit(benefit, "asks for a right that nothing grants; only by hand",
                          "דורשת זכאות ששום דבר אינו מעניק; רק ידנית")});
    } else if (uses.obtainable.count(right_id) == 0) {
      doubts.push_back(
          {at,
           of_benefit(benefit, "asks for a right that only its holders are given; first by hand",
                      "דורשת זכאות שניתנת רק למי שכבר בידו; תחילה ידנית")});
    }
    const auto kind =
        std::find_if(program.rights().begin(), program.rights().end(),
                     [&](const v1::RightKind& right) { return right.right_id() == right_id; });
    if (kind != program.rights().end() && kind->has_voucher() &&
        !benefit.effect().has_voucher_amount()) {
      doubts.push_back({at, of_benefit(benefit, "asks for a voucher but takes nothing off it",
                                       "דורשת שובר אך אינה מנצלת את סכומו")});
    }
  }
}

void doubt_limits(const v1::Benefit& benefit, const std::string& path, ProgramDoubts& doubts) {
  const v1::Limits& limits = benefit.limits();
  const std::pair<const char*, int64_t> periods[] = {
      {"per_member_day_count", limits.per_member_day_count()},
      {"per_member_month_count", limits.per_member_month_count()},
      {"per_member_year_count", limits.per_member_year_count()},
      {"per_member_count", limits.per_member_count()},
      {"club_count", limits.club_count()}};
  for (size_t i = 0; i < std::size(periods); ++i) {
    for (size_t longer = i + 1; longer < std::size(periods); ++longer) {
      if (periods[i].second <= periods[longer].second || periods[longer].second == 0) continue;
      doubts.push_back(
          {absl::StrCat(path, ".limits.", periods[i].first),
           of_benefit(
               benefit,
               absl::StrCat("has a limit that is never reached: ", periods[longer].first,
                            " is smaller"),
               absl::StrCat("כוללת מגבלה שלא תושג לעולם: ", periods[longer].first, " קטנה ממנה"))});
      break;
    }
  }
}

}  // namespace

void doubt_effect(const v1::Program& program, const v1::Benefit& benefit, const std::string& path,
                  ProgramDoubts& doubts) {
  const v1::Effect& effect = benefit.effect();
  if (effect.kind_case() == v1::Effect::KIND_NOT_SET) return;
  const std::string at = absl::StrCat(
      path, ".effect.",
      v1::Effect::descriptor()->FindFieldByNumber(static_cast<int>(effect.kind_case()))->name());
  const auto say = [&](absl::string_view english, absl::string_view hebrew) {
    doubts.push_back({at, of_benefit(benefit, english, hebrew)});
  };
  const bool gives_points = effect.has_bonus_points() || effect.has_points_multiplier();
  if (gives_points && !program.has_points()) {
    say("can never apply: the program has no points", "לא תחול לעולם: אין נקודות בתוכנית");
  } else if (effect.has_points_multiplier() && !has_rule_to_multiply(program)) {
    say("can never apply: no rule earns points that it could multiply",
        "לא תחול לעולם: אין כלל צבירה שאפשר להכפיל");
  } else if (effect.points_multiplier().factor_bps() == kFullBps) {
    say("can never apply: a factor of one changes nothing", "לא תחול לעולם: הכפלה באחת אינה משנה");
  }
  if (takes_everything(benefit)) {
    say("can take the whole price of a basket", "עלולה לכסות את מלוא מחיר הסל");
  }
  const v1::BuyGet& buy_get = effect.buy_get();
  if (buy_get.has_get_filter() && is_no_narrower(buy_get.filter(), buy_get.get_filter())) {
    say("can never apply: what is bought is all among what is given, and does not count",
        "לא תחול לעולם: כל מה שנקנה הוא גם מה שניתן, ולכן אינו נספר");
  }
  const v1::ProductFilter* filter = filter_of(effect);
  if ((filter != nullptr && matches_nothing(*filter)) ||
      (buy_get.has_get_filter() && matches_nothing(buy_get.get_filter()))) {
    say("can never apply: its filter excludes every article that it lists",
        "לא תחול לעולם: הסינון מוציא מן הכלל את כל הפריטים שהוא מונה");
  }
}

ProgramDoubts doubts_of(const v1::Program& program, absl::optional<absl::CivilDay> today,
                        size_t at_most) {
  ProgramDoubts doubts;
  const RightUses uses(program);
  const ProgramDoubts shadows = shadowed_benefits(program);
  auto shadow = shadows.begin();
  for (int i = 0; i < program.benefits_size() && doubts.size() < at_most; ++i) {
    const v1::Benefit& benefit = program.benefits(i);
    const std::string path = absl::StrCat("benefits[", i, "]");
    if (shadow != shadows.end() && shadow->field == path + ".group") doubts.push_back(*shadow++);
    doubt_conditions(benefit, today, path + ".conditions", doubts);
    doubt_rights_of(benefit, uses, program, path, doubts);
    doubt_effect(program, benefit, path, doubts);
    doubt_limits(benefit, path, doubts);
  }
  for (int i = 0; i < program.rights_size() && doubts.size() < at_most; ++i) {
    const v1::RightKind& right = program.rights(i);
    if (uses.asked.count(right.right_id()) > 0) continue;
    doubts.push_back(
        {absl::StrCat("rights[", i, "]"),
         {absl::StrCat("no benefit asks for \"", right.title(), "\": it is worth nothing"),
          absl::StrCat("אין הטבה שדורשת את \"", right.title(), "\": אין לה ערך")}});
  }
  doubt_points(program, doubts);
  doubt_tiers(program, doubts);
  doubt_offline(program, doubts);
  if (doubts.size() > at_most) doubts.resize(at_most);
  return doubts;
}

}  // namespace moadon
