// Points and tiers that deserve a second look.
#include <algorithm>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "rules/program_doubts.h"

namespace moadon {
namespace {

constexpr int64_t kMilliPerThousandPoints = 1'000'000;
constexpr int64_t kShortestMonthDays = 28;
constexpr int64_t kShortestYearDays = 365;

template <typename List>
bool have_common(const List& a, const List& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& value) {
    return std::find(b.begin(), b.end(), value) != b.end();
  });
}

template <typename List>
bool are_apart(const List& a, const List& b) {
  return !a.empty() && !b.empty() && !have_common(a, b);
}

// Whether no line matches both, as far as a look at single kinds tells. Tags tell nothing: a line
// may have several.
bool are_apart(const v1::ProductFilter& a, const v1::ProductFilter& b) {
  const auto is_excluded = [](const auto& values, const auto& excluded) {
    return !values.empty() && std::all_of(values.begin(), values.end(), [&](const auto& value) {
      return std::find(excluded.begin(), excluded.end(), value) != excluded.end();
    });
  };
  if (are_apart(a.categories(), b.categories()) || are_apart(a.brands(), b.brands())) return true;
  if (a.sku_prefixes().empty() && b.sku_prefixes().empty() && are_apart(a.skus(), b.skus())) {
    return true;
  }
  return is_excluded(a.categories(), b.excluded_categories()) ||
         is_excluded(b.categories(), a.excluded_categories()) ||
         is_excluded(a.brands(), b.excluded_brands()) ||
         is_excluded(b.brands(), a.excluded_brands()) || is_excluded(a.tags(), b.excluded_tags()) ||
         is_excluded(b.tags(), a.excluded_tags());
}

bool is_for_all(const v1::EarnRule& rule) { return rule.tier_ids().empty() && !rule.no_tier(); }

bool share_members(const v1::EarnRule& a, const v1::EarnRule& b) {
  return is_for_all(a) || is_for_all(b) || (a.no_tier() && b.no_tier()) ||
         have_common(a.tier_ids(), b.tier_ids());
}

void doubt_earn_rules(const v1::Program& program, ProgramDoubts& doubts) {
  const auto& rules = program.points().earn_rules();
  for (int i = 0; i < rules.size(); ++i) {
    const std::string at = absl::StrCat("points.earn_rules[", i, "]");
    if (matches_nothing(rules[i].filter())) {
      doubts.push_back({at + ".filter",
                        {"this rule never earns: its filter excludes every article that it lists",
                         "הכלל לא יצבור לעולם: הסינון מוציא מן הכלל את כל הפריטים שהוא מונה"}});
    }
    for (int j = 0; j < i; ++j) {
      if (rules[i].kind_case() != rules[j].kind_case() || !share_members(rules[i], rules[j]) ||
          are_apart(rules[i].filter(), rules[j].filter())) {
        continue;
      }
      doubts.push_back(
          {at,
           {absl::StrCat("rules \"", rules[j].rule_id(), "\" and \"", rules[i].rule_id(),
                         "\" overlap: both earn for the same purchases, and they add up"),
            absl::StrCat("הכללים \"", rules[j].rule_id(), "\" ו-\"", rules[i].rule_id(),
                         "\" חופפים: שניהם צוברים על אותן קניות, והנקודות מצטברות")}});
      break;
    }
    const absl::int128 worth = absl::int128(rules[i].per_amount().points_milli()) *
                               program.points().spending().thousand_points_value_minor();
    if (rules[i].has_per_amount() && program.points().has_spending() &&
        worth >= absl::int128(rules[i].per_amount().amount_minor()) * kMilliPerThousandPoints) {
      doubts.push_back({at + ".per_amount",
                        {"gives back the whole price in points, or more",
                         "מחזיר בנקודות את מלוא המחיר או יותר"}});
    }
  }
}

// The shortest life of points, from the day they are earned; empty: for ever.
absl::optional<int64_t> shortest_life_days(const v1::PointRules& points) {
  switch (points.expiry_case()) {
    case v1::PointRules::kExpiryDays:
      return points.expiry_days();
    case v1::PointRules::kExpiryMonths:
      return points.expiry_months() * kShortestMonthDays;
    case v1::PointRules::kExpiryYears:
      return points.expiry_years() * kShortestYearDays;
    default:
      return absl::nullopt;
  }
}

bool contains_window(const v1::Tier& wide, const v1::Tier& narrow) {
  if (wide.has_lifetime()) return true;
  if (narrow.has_lifetime()) return false;
  if (wide.has_calendar_year()) return narrow.has_calendar_year();
  constexpr int kLongestYearDays = 366;
  return wide.rolling_days() >=
         (narrow.has_calendar_year() ? kLongestYearDays : narrow.rolling_days());
}

// Whether whoever reaches `high` has `low` at least.
bool is_no_higher(const v1::TierBar& low, const v1::TierBar& high) {
  return low.spend_minor() <= high.spend_minor() && low.purchase_days() <= high.purchase_days();
}

// The bar of `upper` that a bar of `lower` reaches too; -1: none.
int overlapping_bar(const v1::Tier& lower, const v1::Tier& upper) {
  if (!contains_window(upper, lower)) return -1;
  for (int i = 0; i < upper.any_of_size(); ++i) {
    for (const v1::TierBar& bar : lower.any_of()) {
      if (is_no_higher(upper.any_of(i), bar)) return i;
    }
  }
  return -1;
}

}  // namespace

void doubt_points(const v1::Program& program, ProgramDoubts& doubts) {
  if (!program.has_points()) return;
  const v1::PointRules& points = program.points();
  if (points.earn_rules().empty()) {
    doubts.push_back({"points.earn_rules", {"no rule earns points", "אין כלל שצובר נקודות"}});
  }
  doubt_earn_rules(program, doubts);
  const auto life_days = shortest_life_days(points);
  if (life_days && points.pending_days() > *life_days) {
    doubts.push_back({"points.pending_days",
                      {"points can expire before they can be spent",
                       "נקודות עלולות לפוג לפני שאפשר לממש אותן"}});
  }
  if (!points.has_spending()) {
    doubts.push_back({"points.spending",
                      {"is missing: points are earned but can never be spent",
                       "חסר: נקודות נצברות אך לא יהיה אפשר לממש אותן"}});
  } else if (points.spending().step_milli() > 0 &&
             points.spending().minimum_milli() % points.spending().step_milli() != 0) {
    doubts.push_back({"points.spending.minimum_milli",
                      {"is no multiple of step_milli: the next step is what counts",
                       "אינו כפולה של step_milli: הצעד הבא הוא שקובע"}});
  }
}

void doubt_tiers(const v1::Program& program, ProgramDoubts& doubts) {
  for (int i = 0; i < program.tiers_size(); ++i) {
    const v1::Tier& upper = program.tiers(i);
    const std::string path = absl::StrCat("tiers[", i, "]");
    for (int j = 0; j < i; ++j) {
      const v1::Tier& lower = program.tiers(j);
      const int bar = overlapping_bar(lower, upper);
      if (bar < 0) continue;
      doubts.push_back({absl::StrCat(path, ".any_of[", bar, "]"),
                        {absl::StrCat("tiers \"", lower.title(), "\" and \"", upper.title(),
                                      "\" overlap: the higher is reached no later than the lower"),
                         absl::StrCat("הדרגות \"", lower.title(), "\" ו-\"", upper.title(),
                                      "\" חופפות: הגבוהה מושגת לא אחרי הנמוכה")}});
    }
    if (upper.entry_gift().has_points_milli() && !program.has_points()) {
      doubts.push_back(
          {path + ".entry_gift.points_milli",
           {"is never given: the program has no points", "לא יינתן לעולם: אין נקודות בתוכנית"}});
    }
  }
}

}  // namespace moadon
