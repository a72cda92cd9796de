#include "rules/condition.h"

#include <algorithm>

#include "rules/benefit_window.h"
#include "rules/calendar.h"
#include "rules/program_faults.h"

namespace moadon {
namespace {

absl::CivilDay day_or(const std::string& text, absl::CivilDay otherwise) {
  return text.empty() ? otherwise : parse_day(text, "date").value_or(otherwise);
}

template <typename Window>
YearlyWindow window_of(const Window& window) {
  return {window.days_before(), window.days_after()};
}

int64_t quantity_milli(const Circumstances& at, int filter) {
  int64_t sum_milli = 0;
  at.matches.lines_of(filter).for_each(
      [&](size_t i) { sum_milli += at.lines.lines[i].quantity_milli; });
  return sum_milli;
}

int64_t value_minor(const Circumstances& at, int filter) {
  int64_t sum_minor = 0;
  at.matches.lines_of(filter).for_each(
      [&](size_t i) { sum_minor += at.lines.lines[i].value_minor; });
  return sum_minor;
}

// The day of the basket counts even before its first sale is kept.
int64_t purchase_day_of(const Circumstances& at) {
  const bool is_counted = !at.facts.last_purchase_date().empty() &&
                          at.facts.last_purchase_date() == format_day(at.occasion.business_day);
  return at.facts.purchase_day_count() + (is_counted ? 0 : 1);
}

template <typename Reason>
void set_date(absl::optional<absl::CivilDay> day, Reason* reason) {
  if (day) reason->set_date(format_day(*day));
}

void explain_tiers(const v1::TierCondition& condition, const v1::Program& program,
                   v1::ReasonTiers& reason) {
  *reason.mutable_tier_ids() = condition.tier_ids();
  for (const std::string& tier_id : condition.tier_ids()) {
    const auto tier =
        std::find_if(program.tiers().begin(), program.tiers().end(),
                     [&](const v1::Tier& candidate) { return candidate.tier_id() == tier_id; });
    reason.add_titles(tier == program.tiers().end() ? tier_id : tier->title());
  }
}

void explain_right(const v1::RightCondition& condition, const v1::Program& program,
                   v1::ReasonRight& reason) {
  reason.set_right_id(condition.right_id());
  for (const v1::RightKind& kind : program.rights()) {
    if (kind.right_id() == condition.right_id()) reason.set_title(kind.title());
  }
}

}  // namespace

ReadyCondition::ReadyCondition(const v1::Condition& condition, FilterIndex& filters)
    : condition_(&condition) {
  const auto take = [&](const auto& texts) { texts_.insert(texts.begin(), texts.end()); };
  switch (condition.kind_case()) {
    case v1::Condition::kBranches:
      take(condition.branches().branch_ids());
      return;
    case v1::Condition::kDates:
      from_day_ = day_or(condition.dates().from_date(), absl::CivilDay::min());
      until_day_ = day_or(condition.dates().until_date(), absl::CivilDay::max());
      return;
    case v1::Condition::kTiers:
      take(condition.tiers().tier_ids());
      return;
    case v1::Condition::kStages:
      for (const int stage : condition.stages().stages()) choices_ |= 1u << stage;
      return;
    case v1::Condition::kMemberTags:
      take(condition.member_tags().tags());
      return;
    case v1::Condition::kWeekdays:
      for (const int weekday : condition.weekdays().weekdays()) {
        choices_ |= 1u << (weekday - v1::WEEKDAY_SUNDAY);
      }
      return;
    case v1::Condition::kHours:
      from_ = minutes_of(condition.hours().from_time()).value_or(0);
      until_ = minutes_of(condition.hours().until_time()).value_or(0);
      return;
    case v1::Condition::kCouponCode:
      for (const std::string& code : condition.coupon_code().codes()) {
        texts_.insert(code_to_compare(code));
      }
      return;
    case v1::Condition::kProducts:
      filter_ = filters.add(condition.products().filter());
      return;
    case v1::Condition::kMinimumQuantity:
      filter_ = filters.add(condition.minimum_quantity().filter());
      return;
    case v1::Condition::kMinimumBasket:
      filter_ = filters.add(condition.minimum_basket().filter());
      return;
    default:
      return;
  }
}

bool ReadyCondition::is_date(const OccasionDays& days) const {
  return from_day_ <= days.first && days.last <= until_day_;
}

bool ReadyCondition::is_tier(const std::string& tier_id) const {
  return tier_id.empty() ? condition_->tiers().no_tier() : texts_.contains(tier_id);
}

bool ReadyCondition::is_nth_day(const Circumstances& at) const {
  const int32_t every = condition_->nth_purchase_day().every_count();
  return every > 0 && purchase_day_of(at) % every == 0;
}

bool ReadyCondition::names_any(const google::protobuf::RepeatedPtrField<std::string>& texts) const {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return texts_.contains(text); });
}

int ReadyCondition::entered_code(const Circumstances& at) const {
  for (size_t i = 0; i < at.codes.size(); ++i) {
    if (texts_.contains(at.codes[i])) return static_cast<int>(i);
  }
  return -1;
}

bool ReadyCondition::is_met_by_lines(const Circumstances& at) const {
  switch (kind()) {
    case v1::Condition::kProducts:
      return !at.matches.lines_of(filter_).empty();
    case v1::Condition::kMinimumQuantity:
      return quantity_milli(at, filter_) >= condition_->minimum_quantity().quantity_milli();
    default:
      return value_minor(at, filter_) >= condition_->minimum_basket().amount_minor();
  }
}

bool ReadyCondition::holds(const Circumstances& at) const {
  const absl::CivilDay day = at.occasion.business_day;
  switch (kind()) {
    case v1::Condition::kBranches:
      return texts_.contains(at.occasion.branch_id);
    case v1::Condition::kDates:
      return is_date(at.days);
    case v1::Condition::kTiers:
      return is_tier(at.facts.tier_id());
    case v1::Condition::kStages:
      return (choices_ >> at.facts.stage() & 1) != 0;
    case v1::Condition::kMemberTags:
      return names_any(at.facts.tags());
    case v1::Condition::kFirstPurchase:
      return at.facts.purchase_day_count() == 0;
    case v1::Condition::kNthPurchaseDay:
      return is_nth_day(at);
    case v1::Condition::kBirthday:
      return is_near(at.facts.birthday(), window_of(condition_->birthday()), day);
    case v1::Condition::kAnniversary:
      return is_near(at.facts.anniversary(), window_of(condition_->anniversary()), day);
    case v1::Condition::kWeekdays:
      return (choices_ & at.weekday) != 0;
    case v1::Condition::kHours:
      return is_within_hours(at.occasion.minute_of_day, from_, until_);
    case v1::Condition::kRightHeld:
      return at.rights.next_of(condition_->right_held().right_id()) >= 0;
    case v1::Condition::kCouponCode:
      return entered_code(at) >= 0;
    case v1::Condition::KIND_NOT_SET:
      return false;
    default:
      return is_met_by_lines(at);
  }
}

void ReadyCondition::explain_time(const Circumstances& at, v1::UnappliedBenefit& unapplied) const {
  const absl::CivilDay day = at.occasion.business_day;
  switch (kind()) {
    case v1::Condition::kDates:
      if (day < from_day_) return set_date(from_day_, unapplied.mutable_starts());
      return set_date(until_day_, unapplied.mutable_ended());
    case v1::Condition::kBirthday:
      return set_date(next_opening(at.facts.birthday(), window_of(condition_->birthday()), day),
                      unapplied.mutable_not_birthday());
    case v1::Condition::kAnniversary:
      return set_date(
          next_opening(at.facts.anniversary(), window_of(condition_->anniversary()), day),
          unapplied.mutable_not_anniversary());
    case v1::Condition::kWeekdays:
      return set_date(next_weekday(choices_, day), unapplied.mutable_other_weekday());
    default:
      unapplied.mutable_other_hours()->set_from_time(condition_->hours().from_time());
      unapplied.mutable_other_hours()->set_until_time(condition_->hours().until_time());
  }
}

void ReadyCondition::explain_lines(const Circumstances& at, v1::UnappliedBenefit& unapplied) const {
  switch (kind()) {
    case v1::Condition::kProducts:
      unapplied.mutable_products_missing();
      return;
    case v1::Condition::kMinimumQuantity:
      unapplied.mutable_quantity_missing()->set_quantity_milli(
          condition_->minimum_quantity().quantity_milli() - quantity_milli(at, filter_));
      return;
    default:
      unapplied.mutable_spend_missing()->set_amount_minor(
          condition_->minimum_basket().amount_minor() - value_minor(at, filter_));
  }
}

void ReadyCondition::explain(const Circumstances& at, const v1::Program& program,
                             v1::UnappliedBenefit& unapplied) const {
  switch (kind()) {
    case v1::Condition::kBranches:
      unapplied.mutable_other_branch();
      return;
    case v1::Condition::kTiers:
      return explain_tiers(condition_->tiers(), program, *unapplied.mutable_tier_needed());
    case v1::Condition::kStages:
      unapplied.mutable_other_stage();
      return;
    case v1::Condition::kMemberTags:
      unapplied.mutable_tag_missing();
      return;
    case v1::Condition::kFirstPurchase:
      unapplied.mutable_not_first_purchase();
      return;
    case v1::Condition::kNthPurchaseDay: {
      const int32_t every = condition_->nth_purchase_day().every_count();
      unapplied.mutable_purchase_days_missing()->set_count(every - purchase_day_of(at) % every);
      return;
    }
    case v1::Condition::kRightHeld:
      if (at.rights.is_held_unleased(condition_->right_held().right_id())) {
        unapplied.mutable_server_needed();
        return;
      }
      return explain_right(condition_->right_held(), program, *unapplied.mutable_right_missing());
    case v1::Condition::kCouponCode:
      unapplied.mutable_code_missing();
      return;
    case v1::Condition::kProducts:
    case v1::Condition::kMinimumQuantity:
    case v1::Condition::kMinimumBasket:
      return explain_lines(at, unapplied);
    default:
      return explain_time(at, unapplied);
  }
}

}  // namespace moadon
