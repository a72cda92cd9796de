// Points and tiers before and after.
#include <algorithm>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "rules/program_takeaway.h"

namespace moadon {
namespace {

using Taken = std::vector<TakenAway>;

constexpr int32_t kFullBps = 10'000;
constexpr int64_t kOnePointMilli = 1000;

template <typename List>
bool is_in(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool is_for_all(const v1::EarnRule& rule) { return rule.tier_ids().empty() && !rule.no_tier(); }

bool is_for_no_fewer(const v1::EarnRule& before, const v1::EarnRule& after) {
  if (is_for_all(after)) return true;
  if (is_for_all(before) || (before.no_tier() && !after.no_tier())) return false;
  return std::all_of(before.tier_ids().begin(), before.tier_ids().end(),
                     [&](const std::string& tier) { return is_in(after.tier_ids(), tier); });
}

bool is_rule_no_worse(const v1::EarnRule& before, const v1::EarnRule& after) {
  if (before.kind_case() != after.kind_case() || !is_for_no_fewer(before, after) ||
      !is_no_narrower(before.filter(), after.filter())) {
    return false;
  }
  switch (after.kind_case()) {
    case v1::EarnRule::kPerAmount:
      return absl::int128(after.per_amount().points_milli()) * before.per_amount().amount_minor() >=
             absl::int128(before.per_amount().points_milli()) * after.per_amount().amount_minor();
    case v1::EarnRule::kPerItem:
      return after.per_item().points_milli() >= before.per_item().points_milli();
    case v1::EarnRule::kPerVisit:
      return after.per_visit().points_milli() >= before.per_visit().points_milli();
    case v1::EarnRule::KIND_NOT_SET:
      return false;
  }
  return false;
}

void take_earn_rules(const v1::PointRules& before, const v1::PointRules& after, Taken& taken) {
  for (int i = 0; i < before.earn_rules_size(); ++i) {
    const v1::EarnRule& old = before.earn_rules(i);
    const auto now =
        std::find_if(after.earn_rules().begin(), after.earn_rules().end(),
                     [&](const v1::EarnRule& rule) { return rule.rule_id() == old.rule_id(); });
    if (now != after.earn_rules().end() && is_rule_no_worse(old, *now)) continue;
    taken.push_back({absl::StrCat("points.earn_rules[", i, "]"),
                     {absl::StrCat("rule \"", old.rule_id(), "\" earns fewer points"),
                      absl::StrCat("הכלל \"", old.rule_id(), "\" צובר פחות נקודות")}});
  }
}

int64_t step_of(const v1::PointRules& points) {
  return points.point_step_milli() == 0 ? kOnePointMilli : points.point_step_milli();
}

bool is_life_shorter(const v1::PointRules& before, const v1::PointRules& after) {
  if (after.expiry_case() == v1::PointRules::EXPIRY_NOT_SET) return false;
  if (before.expiry_case() != after.expiry_case()) return true;
  return after.expiry_days() < before.expiry_days() ||
         after.expiry_months() < before.expiry_months() ||
         after.expiry_years() < before.expiry_years();
}

void take_spending(const v1::PointSpending& before, const v1::PointSpending& after, Taken& taken) {
  const std::string at = "points.spending.";
  const auto share = [](const v1::PointSpending& spending) {
    return spending.maximum_share_bps() == 0 ? kFullBps : spending.maximum_share_bps();
  };
  if (after.thousand_points_value_minor() < before.thousand_points_value_minor()) {
    taken.push_back(
        {at + "thousand_points_value_minor", {"a point is worth less", "ערך הנקודה יורד"}});
  }
  if (before.step_milli() % after.step_milli() != 0) {
    taken.push_back(
        {at + "step_milli", {"points are spent in other steps", "מימוש הנקודות בצעדים אחרים"}});
  }
  if (after.minimum_milli() > before.minimum_milli()) {
    taken.push_back(
        {at + "minimum_milli", {"more points are needed to spend any", "מימוש דורש יותר נקודות"}});
  }
  if (share(after) < share(before)) {
    taken.push_back(
        {at + "maximum_share_bps",
         {"points pay a smaller part of a basket", "נקודות משלמות חלק קטן יותר של הסל"}});
  }
}

bool is_gift_no_smaller(const v1::EntryGift& before, const v1::EntryGift& after) {
  if (before.has_right_id()) return before.right_id() == after.right_id();
  return after.points_milli() >= before.points_milli();
}

bool is_window_no_shorter(const v1::Tier& before, const v1::Tier& after) {
  if (after.has_lifetime()) return true;
  if (before.window_case() != after.window_case()) return false;
  return !after.has_rolling_days() || after.rolling_days() >= before.rolling_days();
}

bool are_bars_no_higher(const v1::Tier& before, const v1::Tier& after) {
  return std::all_of(before.any_of().begin(), before.any_of().end(), [&](const v1::TierBar& old) {
    return std::any_of(after.any_of().begin(), after.any_of().end(), [&](const v1::TierBar& bar) {
      return bar.spend_minor() <= old.spend_minor() && bar.purchase_days() <= old.purchase_days();
    });
  });
}

int place_of(const v1::Program& program, const std::string& tier_id) {
  for (int i = 0; i < program.tiers_size(); ++i) {
    if (program.tiers(i).tier_id() == tier_id) return i;
  }
  return -1;
}

// Whether a tier that stood lower stands higher now.
bool is_overtaken(const v1::Program& before, const v1::Program& after, int index, int place) {
  for (int lower = 0; lower < index; ++lower) {
    if (place_of(after, before.tiers(lower).tier_id()) > place) return true;
  }
  return false;
}

void take_tier(const v1::Program& before, const v1::Program& after, int index, Taken& taken) {
  const v1::Tier& old = before.tiers(index);
  const std::string path = absl::StrCat("tiers[", index, "]");
  const auto say = [&](absl::string_view name, absl::string_view english,
                       absl::string_view hebrew) {
    taken.push_back({path + std::string(name),
                     {absl::StrCat("tier \"", old.title(), "\" ", english),
                      absl::StrCat("הדרגה \"", old.title(), "\" ", hebrew)}});
  };
  const int place = place_of(after, old.tier_id());
  if (place < 0) return say("", "ends", "מבוטלת");
  const v1::Tier& now = after.tiers(place);
  if (is_overtaken(before, after, index, place)) {
    say("", "stands below one that was lower", "יורדת אל מתחת לדרגה שהייתה נמוכה ממנה");
  }
  if (!are_bars_no_higher(old, now)) say(".any_of", "is harder to reach", "קשה יותר להשגה");
  if (!is_window_no_shorter(old, now)) {
    say(".window", "counts other purchases", "מביאה בחשבון קניות אחרות");
  }
  if (now.grace_days() < old.grace_days()) {
    say(".grace_days", "lapses after fewer days", "נשמרת לפחות ימים");
  }
  if (old.has_entry_gift() && !is_gift_no_smaller(old.entry_gift(), now.entry_gift())) {
    say(".entry_gift", "welcomes with less", "מקנה מתנת כניסה קטנה יותר");
  }
}

// Whether members of the tier right below (empty: without one) have something that those of
// `tier_id` have not.
template <typename Asked>
bool leaves_behind(const Asked& asked, const std::string& tier_id, const std::string& below) {
  const bool below_has = below.empty() ? asked.no_tier() : is_in(asked.tier_ids(), below);
  return below_has && !is_in(asked.tier_ids(), tier_id);
}

bool new_tier_takes(const v1::Program& after, int index) {
  const std::string& tier_id = after.tiers(index).tier_id();
  const std::string below = index == 0 ? "" : after.tiers(index - 1).tier_id();
  for (const v1::Benefit& benefit : after.benefits()) {
    for (const v1::Condition& condition : benefit.conditions()) {
      if (condition.has_tiers() && leaves_behind(condition.tiers(), tier_id, below)) return true;
    }
  }
  return std::any_of(after.points().earn_rules().begin(), after.points().earn_rules().end(),
                     [&](const v1::EarnRule& rule) { return leaves_behind(rule, tier_id, below); });
}

}  // namespace

void take_points(const v1::Program& before, const v1::Program& after, Taken& taken) {
  if (!before.has_points()) return;
  const v1::PointRules& old = before.points();
  const v1::PointRules& now = after.points();
  if (!after.has_points()) {
    taken.push_back({"points", {"points end", "הנקודות מבוטלות"}});
    return;
  }
  take_earn_rules(old, now, taken);
  if (step_of(old) % step_of(now) != 0) {
    taken.push_back({"points.point_step_milli",
                     {"points are rounded down to other steps", "עיגול הנקודות משתנה"}});
  }
  if (now.pending_days() > old.pending_days()) {
    taken.push_back({"points.pending_days",
                     {"points wait longer before they can be spent",
                      "נקודות ממתינות יותר עד שאפשר לממש אותן"}});
  }
  if (is_life_shorter(old, now)) {
    taken.push_back(
        {"points.expiry",
         {"points live for a shorter or another time", "תוקף הנקודות מתקצר או נקבע אחרת"}});
  }
  if (old.has_spending() && !now.has_spending()) {
    taken.push_back({"points.spending", {"points can be spent no more", "אין עוד מימוש נקודות"}});
  } else if (old.has_spending()) {
    take_spending(old.spending(), now.spending(), taken);
  }
  if (old.earns_on_points_and_gift_balance() && !now.earns_on_points_and_gift_balance()) {
    taken.push_back(
        {"points.earns_on_points_and_gift_balance",
         {"what is paid with points earns no more", "תשלום בנקודות או ביתרת מתנה אינו צובר עוד"}});
  }
  if (old.forgives_deficit() && !now.forgives_deficit()) {
    taken.push_back({"points.forgives_deficit",
                     {"points owed are forgiven no more", "חוב נקודות אינו נמחל עוד"}});
  }
}

void take_tiers(const v1::Program& before, const v1::Program& after, Taken& taken) {
  for (int i = 0; i < before.tiers_size(); ++i) take_tier(before, after, i, taken);
  for (int i = 0; i < after.tiers_size(); ++i) {
    const v1::Tier& now = after.tiers(i);
    if (place_of(before, now.tier_id()) >= 0 || !new_tier_takes(after, i)) continue;
    taken.push_back({absl::StrCat("tiers[", i, "]"),
                     {absl::StrCat("who rises to the new tier \"", now.title(),
                                   "\" leaves behind what the tier below it gets"),
                      absl::StrCat("מי שעולה לדרגה החדשה \"", now.title(),
                                   "\" מאבד את מה שמקבלת הדרגה שמתחתיה")}});
  }
}

}  // namespace moadon
