// Conditions in words.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/program_words.h"
#include "client/cli/stage_names.h"

namespace moadon::cli {
namespace {

Text weekday_name(int weekday) {
  switch (weekday) {
    case v1::WEEKDAY_SUNDAY:
      return {"Sunday", "ראשון"};
    case v1::WEEKDAY_MONDAY:
      return {"Monday", "שני"};
    case v1::WEEKDAY_TUESDAY:
      return {"Tuesday", "שלישי"};
    case v1::WEEKDAY_WEDNESDAY:
      return {"Wednesday", "רביעי"};
    case v1::WEEKDAY_THURSDAY:
      return {"Thursday", "חמישי"};
    case v1::WEEKDAY_FRIDAY:
      return {"Friday", "שישי"};
    case v1::WEEKDAY_SATURDAY:
      return {"Saturday", "שבת"};
    default:
      return {"-", "-"};
  }
}

template <typename Window>
std::string window_text(const ProgramWords& words, const Window& window, const Text& of) {
  return absl::StrCat(
      words.count(window.days_before()), words.say({" days before to ", " ימים לפני עד "}),
      words.count(window.days_after()), words.say({" after ", " אחרי "}), words.say(of));
}

std::string dates_text(const ProgramWords& words, const v1::DateCondition& dates) {
  std::string text;
  if (!dates.from_date().empty()) {
    absl::StrAppend(&text, words.say({"from ", "מ-"}), words.plain(dates.from_date()));
  }
  if (!dates.until_date().empty()) {
    absl::StrAppend(&text, text.empty() ? "" : " ", words.say({"until ", "עד "}),
                    words.plain(dates.until_date()));
  }
  return text;
}

std::string tiers_text(const ProgramWords& words, const v1::TierCondition& tiers) {
  std::vector<std::string> titles;
  for (const std::string& tier_id : tiers.tier_ids()) titles.push_back(words.tier(tier_id));
  if (tiers.no_tier()) titles.push_back(words.say({"no tier", "ללא דרגה"}));
  return words.say({"tier: ", "דרגה: "}) + absl::StrJoin(titles, ", ");
}

std::string amount_text(const std::string& amount, const std::string& filter) {
  return filter.empty() ? amount : absl::StrCat(amount, " (", filter, ")");
}

}  // namespace

std::string ProgramWords::condition(const v1::Condition& condition) const {
  switch (condition.kind_case()) {
    case v1::Condition::kBranches:
      return say({"branches: ", "סניפים: "}) +
             absl::StrJoin(condition.branches().branch_ids(), ", ");
    case v1::Condition::kDates:
      return dates_text(*this, condition.dates());
    case v1::Condition::kTiers:
      return tiers_text(*this, condition.tiers());
    case v1::Condition::kStages: {
      std::vector<std::string> stages;
      for (const int stage : condition.stages().stages()) {
        stages.push_back(stage_label(static_cast<v1::Stage>(stage), language_));
      }
      return say({"stage: ", "שלב: "}) + absl::StrJoin(stages, ", ");
    }
    case v1::Condition::kMemberTags:
      return say({"members marked: ", "חברים שסומנו: "}) +
             absl::StrJoin(condition.member_tags().tags(), ", ");
    case v1::Condition::kFirstPurchase:
      return say({"the first purchase", "הקנייה הראשונה"});
    case v1::Condition::kNthPurchaseDay:
      return absl::StrCat(say({"every purchase day number ", "כל יום קנייה מספר "}),
                          count(condition.nth_purchase_day().every_count()));
    case v1::Condition::kBirthday:
      return window_text(*this, condition.birthday(), {"the birthday", "יום ההולדת"});
    case v1::Condition::kAnniversary:
      return window_text(*this, condition.anniversary(), {"the anniversary", "יום הנישואין"});
    case v1::Condition::kWeekdays: {
      std::vector<std::string> days;
      for (const int day : condition.weekdays().weekdays()) days.push_back(say(weekday_name(day)));
      return absl::StrJoin(days, ", ");
    }
    case v1::Condition::kHours:
      return absl::StrCat(say({"from ", "מ-"}), plain(condition.hours().from_time()),
                          say({" to ", " עד "}), plain(condition.hours().until_time()));
    case v1::Condition::kRightHeld:
      return say({"holds: ", "יש: "}) + right(condition.right_held().right_id());
    case v1::Condition::kCouponCode:
      return say({"code: ", "קוד: "}) + absl::StrJoin(condition.coupon_code().codes(), ", ");
    case v1::Condition::kProducts:
      return amount_text(say({"an article in the basket", "פריט בסל"}),
                         filter(condition.products().filter()));
    case v1::Condition::kMinimumQuantity:
      return amount_text(
          say({"quantity from ", "כמות מ-"}) + milli(condition.minimum_quantity().quantity_milli()),
          filter(condition.minimum_quantity().filter()));
    case v1::Condition::kMinimumBasket:
      return amount_text(
          say({"basket from ", "סל מ-"}) + money(condition.minimum_basket().amount_minor()),
          filter(condition.minimum_basket().filter()));
    case v1::Condition::KIND_NOT_SET:
      return "-";
  }
  return "-";
}

}  // namespace moadon::cli
