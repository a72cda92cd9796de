// Conditions of one benefit that cannot hold together.
#include <algorithm>
#include <bitset>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/program_doubts.h"

namespace moadon {
namespace {

constexpr int kMinutesPerDay = 24 * 60;
constexpr int kDaysPerWeek = 7;

using Minutes = std::bitset<kMinutesPerDay>;
using Weekdays = std::bitset<kDaysPerWeek + 1>;  // by the enum's numbers
using Stages = std::bitset<v1::Stage_ARRAYSIZE>;
using Names = std::set<std::string>;

Wording never(const v1::Benefit& benefit, absl::string_view english, absl::string_view hebrew) {
  return {absl::StrCat("\"", benefit.title(), "\" can never apply: ", english),
          absl::StrCat("ההטבה \"", benefit.title(), "\" לא תחול לעולם: ", hebrew)};
}

absl::optional<absl::CivilDay> date_of(const std::string& text) {
  if (text.empty()) return absl::nullopt;
  const auto day = parse_day(text, "");
  if (!day.ok()) return absl::nullopt;
  return *day;
}

int weekday_number(absl::CivilDay day) {
  switch (absl::GetWeekday(day)) {
    case absl::Weekday::sunday:
      return v1::WEEKDAY_SUNDAY;
    case absl::Weekday::monday:
      return v1::WEEKDAY_MONDAY;
    case absl::Weekday::tuesday:
      return v1::WEEKDAY_TUESDAY;
    case absl::Weekday::wednesday:
      return v1::WEEKDAY_WEDNESDAY;
    case absl::Weekday::thursday:
      return v1::WEEKDAY_THURSDAY;
    case absl::Weekday::friday:
      return v1::WEEKDAY_FRIDAY;
    default:
      return v1::WEEKDAY_SATURDAY;
  }
}

Minutes minutes_in(const v1::HoursCondition& hours) {
  Minutes minutes;
  const auto from = minutes_of(hours.from_time());
  const auto until = minutes_of(hours.until_time());
  if (!from || !until) return minutes.set();
  const bool over_midnight = *until <= *from;
  for (int minute = 0; minute < kMinutesPerDay; ++minute) {
    minutes[static_cast<size_t>(minute)] =
        over_midnight ? minute >= *from || minute < *until : minute >= *from && minute < *until;
  }
  return minutes;
}

// Everything that conditions of a kind allow together, so far.
struct Allowed {
  absl::optional<absl::CivilDay> from;
  absl::optional<absl::CivilDay> until;
  Weekdays weekdays = Weekdays().set();
  Minutes minutes = Minutes().set();
  Stages stages = Stages().set();
  absl::optional<Names> branches;
  absl::optional<Names> tiers;  // "" is no tier
  bool first_purchase = false;
  bool later_purchase = false;
};

// Narrows `allowed` to `names`; whether something is left.
bool narrow(absl::optional<Names>& allowed, const Names& names) {
  if (!allowed) {
    allowed = names;
    return true;
  }
  Names both;
  std::set_intersection(allowed->begin(), allowed->end(), names.begin(), names.end(),
                        std::inserter(both, both.end()));
  *allowed = both;
  return !both.empty();
}

// Whether a day of the span is one of the weekdays.
bool has_weekday(const Allowed& allowed) {
  if (allowed.weekdays.none()) return false;
  if (!allowed.from || !allowed.until) return true;
  for (int i = 0; i < kDaysPerWeek; ++i) {
    const absl::CivilDay day = *allowed.from + i;
    if (day > *allowed.until) return false;
    if (allowed.weekdays[static_cast<size_t>(weekday_number(day))]) return true;
  }
  return true;
}

class ConditionWalk final {
 public:
  ConditionWalk(const v1::Benefit& benefit, absl::optional<absl::CivilDay> today, std::string path,
                ProgramDoubts& doubts)
      : benefit_(benefit), today_(today), path_(std::move(path)), doubts_(doubts) {}

  void run() {
    for (int i = 0; i < benefit_.conditions_size(); ++i) {
      const v1::Condition& condition = benefit_.conditions(i);
      if (condition.kind_case() == v1::Condition::KIND_NOT_SET) continue;
      at_ = absl::StrCat(path_, "[", i, "].",
                         v1::Condition::descriptor()
                             ->FindFieldByNumber(static_cast<int>(condition.kind_case()))
                             ->name());
      look(condition);
    }
  }

 private:
  void say_never(absl::string_view english, absl::string_view hebrew) {
    doubts_.push_back({at_, never(benefit_, english, hebrew)});
  }

  void look(const v1::Condition& condition) {
    switch (condition.kind_case()) {
      case v1::Condition::kBranches:
        return look_names(allowed_.branches, {condition.branches().branch_ids().begin(),
                                              condition.branches().branch_ids().end()});
      case v1::Condition::kTiers: {
        Names tiers(condition.tiers().tier_ids().begin(), condition.tiers().tier_ids().end());
        if (condition.tiers().no_tier()) tiers.insert("");
        return look_names(allowed_.tiers, tiers);
      }
      case v1::Condition::kDates:
        return look_dates(condition.dates());
      case v1::Condition::kWeekdays:
        return look_weekdays(condition.weekdays());
      case v1::Condition::kHours:
        allowed_.minutes &= minutes_in(condition.hours());
        if (allowed_.minutes.none())
          say_never("no minute is in all its hours", "אין דקה שבכל שעותיה");
        return;
      case v1::Condition::kStages:
        return look_stages(condition.stages());
      case v1::Condition::kFirstPurchase:
        allowed_.first_purchase = true;
        return look_purchases();
      case v1::Condition::kNthPurchaseDay:
        allowed_.later_purchase = true;
        return look_purchases();
      case v1::Condition::kProducts:
        return look_filter(condition.products().filter());
      case v1::Condition::kMinimumQuantity:
        return look_filter(condition.minimum_quantity().filter());
      case v1::Condition::kMinimumBasket:
        return look_filter(condition.minimum_basket().filter());
      default:
        return;
    }
  }

  void look_names(absl::optional<Names>& allowed, const Names& names) {
    if (!narrow(allowed, names)) {
      say_never("two of its conditions exclude each other", "שניים מתנאיה סותרים זה את זה");
    }
  }

  void look_dates(const v1::DateCondition& dates) {
    const auto from = date_of(dates.from_date());
    const auto until = date_of(dates.until_date());
    if (from && (!allowed_.from || *from > *allowed_.from)) allowed_.from = from;
    if (until && (!allowed_.until || *until < *allowed_.until)) allowed_.until = until;
    if (allowed_.from && allowed_.until && *allowed_.until < *allowed_.from) {
      if (until && from && *until < *from) return;  // an error by itself
      return say_never("its dates do not overlap", "אין יום שבכל טווחי התאריכים שלה");
    }
    if (today_ && until && *until < *today_) {
      doubts_.push_back(
          {at_,
           {absl::StrCat("\"", benefit_.title(), "\" ended on ", dates.until_date()),
            absl::StrCat("ההטבה \"", benefit_.title(), "\" הסתיימה ב-", dates.until_date())}});
    } else if (!has_weekday(allowed_)) {
      say_never("none of its dates is one of its weekdays", "אין בתאריכיה אף אחד מימי השבוע שלה");
    }
  }

  void look_weekdays(const v1::WeekdayCondition& condition) {
    Weekdays days;
    for (const int day : condition.weekdays()) {
      if (day > 0 && day <= kDaysPerWeek) days.set(static_cast<size_t>(day));
    }
    allowed_.weekdays &= days;
    if (!has_weekday(allowed_)) {
      say_never("none of its dates is one of its weekdays", "אין בתאריכיה אף אחד מימי השבוע שלה");
    }
  }

  void look_stages(const v1::StageCondition& condition) {
    Stages stages;
    for (const int stage : condition.stages()) {
      if (stage > 0 && stage < v1::Stage_ARRAYSIZE) stages.set(static_cast<size_t>(stage));
    }
    allowed_.stages &= stages;
    if (allowed_.stages.none()) {
      return say_never("two of its conditions exclude each other", "שניים מתנאיה סותרים זה את זה");
    }
    look_purchases();
  }

  // Only potential and interested have bought nothing, and it is their first purchase day.
  void look_purchases() {
    Stages nothing_bought;
    nothing_bought.set(v1::STAGE_POTENTIAL).set(v1::STAGE_INTERESTED);
    const bool is_wrong_stage =
        (allowed_.first_purchase && (allowed_.stages & nothing_bought).none()) ||
        (allowed_.later_purchase && (allowed_.stages & ~nothing_bought).none());
    if (is_wrong_stage || (allowed_.first_purchase && allowed_.later_purchase)) {
      say_never("nobody has both bought before and not", "איש אינו גם קונה חוזר וגם קונה ראשון");
    }
  }

  void look_filter(const v1::ProductFilter& filter) {
    if (matches_nothing(filter)) {
      say_never("its filter excludes every article that it lists",
                "הסינון מוציא מן הכלל את כל הפריטים שהוא מונה");
    }
  }

  const v1::Benefit& benefit_;
  const absl::optional<absl::CivilDay> today_;
  const std::string path_;
  ProgramDoubts& doubts_;
  Allowed allowed_;
  std::string at_;
};

template <typename List>
bool contains(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

template <typename List>
bool all_in(const List& values, const List& others) {
  return !values.empty() &&
         std::all_of(values.begin(), values.end(),
                     [&](const std::string& value) { return contains(others, value); });
}

template <typename List>
bool begins_with_any(const std::string& value, const List& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return absl::StartsWith(value, prefix); });
}

}  // namespace

bool matches_nothing(const v1::ProductFilter& filter) {
  if (all_in(filter.categories(), filter.excluded_categories())) return true;
  if (all_in(filter.brands(), filter.excluded_brands())) return true;
  if (all_in(filter.tags(), filter.excluded_tags())) return true;
  if (filter.skus().empty() && filter.sku_prefixes().empty()) return false;
  const auto is_excluded = [&](const std::string& sku) {
    return begins_with_any(sku, filter.excluded_sku_prefixes());
  };
  return std::all_of(filter.skus().begin(), filter.skus().end(),
                     [&](const std::string& sku) {
                       return contains(filter.excluded_skus(), sku) || is_excluded(sku);
                     }) &&
         std::all_of(filter.sku_prefixes().begin(), filter.sku_prefixes().end(), is_excluded);
}

void doubt_conditions(const v1::Benefit& benefit, absl::optional<absl::CivilDay> today,
                      const std::string& path, ProgramDoubts& doubts) {
  ConditionWalk(benefit, today, path, doubts).run();
}

}  // namespace moadon
