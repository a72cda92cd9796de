// The conditions and filters of a benefit.
#include "absl/strings/str_cat.h"
#include "rules/money.h"
#include "rules/program_check.h"

namespace moadon {
namespace {

constexpr size_t kMaxWordBytes = 64;  // as of a line's texts
constexpr int kMaxWindowDays = 180;
constexpr int kMinutesPerDay = 24 * 60;

using Words = google::protobuf::RepeatedPtrField<std::string>;

void check_words(const Words& words, const std::string& path, ProgramFaults& faults) {
  if (!faults.check_size(static_cast<size_t>(words.size()), kMaxFilterEntries, path)) return;
  for (int i = 0; i < words.size() && !faults.is_full(); ++i) {
    faults.check_text(words[i], kMaxWordBytes, Presence::kRequired,
                      absl::StrCat(path, "[", i, "]"));
  }
}

void check_branches(const Words& branch_ids, const std::string& path, ProgramFaults& faults) {
  if (branch_ids.empty()) return faults.missing(path);
  if (!faults.check_size(static_cast<size_t>(branch_ids.size()), kMaxFilterEntries, path)) return;
  for (int i = 0; i < branch_ids.size() && !faults.is_full(); ++i) {
    faults.check_id(branch_ids[i], absl::StrCat(path, "[", i, "]"));
  }
}

void check_dates(const v1::DateCondition& dates, const std::string& path, ProgramFaults& faults) {
  if (dates.from_date().empty() && dates.until_date().empty()) return faults.missing(path);
  absl::optional<absl::CivilDay> from, until;
  if (!dates.from_date().empty()) from = faults.check_date(dates.from_date(), path + ".from_date");
  if (dates.until_date().empty()) return;
  until = faults.check_date(dates.until_date(), path + ".until_date");
  if (from && until && *until < *from) {
    faults.contradicts(path + ".until_date", {"is before from_date", "מוקדם מ-from_date"});
  }
}

// Values of an enum; those that this build does not know were refused before.
template <typename Values>
void check_choices(const Values& values, size_t max, const std::string& path,
                   ProgramFaults& faults) {
  if (values.empty()) return faults.missing(path);
  if (!faults.check_size(static_cast<size_t>(values.size()), max, path)) return;
  for (int i = 0; i < values.size() && !faults.is_full(); ++i) {
    if (values[i] == 0) faults.missing(absl::StrCat(path, "[", i, "]"));
  }
}

template <typename Window>
void check_window(const Window& window, const std::string& path, ProgramFaults& faults) {
  faults.check_number(window.days_before(), 0, kMaxWindowDays, path + ".days_before");
  faults.check_number(window.days_after(), 0, kMaxWindowDays, path + ".days_after");
}

void check_hours(const v1::HoursCondition& hours, const std::string& path, ProgramFaults& faults) {
  faults.check_time_of_day(hours.from_time(), kMinutesPerDay - 1, path + ".from_time");
  faults.check_time_of_day(hours.until_time(), kMinutesPerDay, path + ".until_time");
}

void check_codes(const Words& codes, const std::string& path, ProgramFaults& faults) {
  if (codes.empty()) return faults.missing(path);
  check_words(codes, path, faults);
}

// A benefit uses one right and one code: an applied benefit names no more.
void check_only_one(const v1::Benefit& benefit, const v1::Condition& condition,
                    const std::string& path, ProgramFaults& faults) {
  for (const v1::Condition& other : benefit.conditions()) {
    if (&other == &condition) return;
    if (other.kind_case() == condition.kind_case()) {
      return faults.contradicts(path, {"stands twice in one benefit; it can be asked for once",
                                       "מופיע פעמיים באותה הטבה; אפשר לבקש אותו פעם אחת"});
    }
  }
}

bool asks_about_member(const v1::Condition& condition) {
  switch (condition.kind_case()) {
    case v1::Condition::kTiers:
    case v1::Condition::kStages:
    case v1::Condition::kMemberTags:
    case v1::Condition::kFirstPurchase:
    case v1::Condition::kNthPurchaseDay:
    case v1::Condition::kBirthday:
    case v1::Condition::kAnniversary:
    case v1::Condition::kRightHeld:
      return true;
    default:
      return false;
  }
}

void check_kind(const v1::Benefit& benefit, const v1::Condition& condition,
                const ProgramNames& names, const std::string& at, ProgramFaults& faults) {
  switch (condition.kind_case()) {
    case v1::Condition::kBranches:
      return check_branches(condition.branches().branch_ids(), at + ".branch_ids", faults);
    case v1::Condition::kDates:
      return check_dates(condition.dates(), at, faults);
    case v1::Condition::kTiers:
      if (condition.tiers().tier_ids().empty() && !condition.tiers().no_tier()) {
        return faults.missing(at + ".tier_ids");
      }
      return check_tier_ids(condition.tiers().tier_ids(), names, at + ".tier_ids", faults);
    case v1::Condition::kStages:
      return check_choices(condition.stages().stages(), v1::Stage_ARRAYSIZE, at + ".stages",
                           faults);
    case v1::Condition::kMemberTags:
      if (condition.member_tags().tags().empty()) return faults.missing(at + ".tags");
      return check_words(condition.member_tags().tags(), at + ".tags", faults);
    case v1::Condition::kFirstPurchase:
      return;
    case v1::Condition::kNthPurchaseDay:
      faults.check_number(condition.nth_purchase_day().every_count(), 2, 10'000,
                          at + ".every_count");
      return;
    case v1::Condition::kBirthday:
      return check_window(condition.birthday(), at, faults);
    case v1::Condition::kAnniversary:
      return check_window(condition.anniversary(), at, faults);
    case v1::Condition::kWeekdays:
      return check_choices(condition.weekdays().weekdays(), v1::Weekday_ARRAYSIZE, at + ".weekdays",
                           faults);
    case v1::Condition::kHours:
      return check_hours(condition.hours(), at, faults);
    case v1::Condition::kRightHeld:
      check_right_id(condition.right_held().right_id(), names, at + ".right_id", faults);
      return check_only_one(benefit, condition, at, faults);
    case v1::Condition::kCouponCode:
      check_codes(condition.coupon_code().codes(), at + ".codes", faults);
      return check_only_one(benefit, condition, at, faults);
    case v1::Condition::kProducts:
      return check_filter(condition.products().filter(), at + ".filter", faults);
    case v1::Condition::kMinimumQuantity:
      faults.check_amount(condition.minimum_quantity().quantity_milli(), 1, kMaxQuantityMilli,
                          at + ".quantity_milli");
      return check_filter(condition.minimum_quantity().filter(), at + ".filter", faults);
    case v1::Condition::kMinimumBasket:
      faults.check_amount(condition.minimum_basket().amount_minor(), 1, kMaxSumMinor,
                          at + ".amount_minor");
      return check_filter(condition.minimum_basket().filter(), at + ".filter", faults);
    case v1::Condition::KIND_NOT_SET:
      return;
  }
}

}  // namespace

void check_filter(const v1::ProductFilter& filter, const std::string& path, ProgramFaults& faults) {
  check_words(filter.skus(), path + ".skus", faults);
  check_words(filter.sku_prefixes(), path + ".sku_prefixes", faults);
  check_words(filter.categories(), path + ".categories", faults);
  check_words(filter.brands(), path + ".brands", faults);
  check_words(filter.tags(), path + ".tags", faults);
  check_words(filter.excluded_skus(), path + ".excluded_skus", faults);
  check_words(filter.excluded_sku_prefixes(), path + ".excluded_sku_prefixes", faults);
  check_words(filter.excluded_categories(), path + ".excluded_categories", faults);
  check_words(filter.excluded_brands(), path + ".excluded_brands", faults);
  check_words(filter.excluded_tags(), path + ".excluded_tags", faults);
}

void check_condition(const v1::Benefit& benefit, const v1::Condition& condition,
                     const ProgramNames& names, const std::string& path, ProgramFaults& faults) {
  if (condition.kind_case() == v1::Condition::KIND_NOT_SET) return faults.missing(path + ".kind");
  const auto* const field =
      v1::Condition::descriptor()->FindFieldByNumber(static_cast<int>(condition.kind_case()));
  const std::string at = absl::StrCat(path, ".", field->name());
  check_kind(benefit, condition, names, at, faults);
  if (benefit.for_anyone() && asks_about_member(condition)) {
    faults.contradicts(at, {"asks about the member, but the benefit is for anyone",
                            "שואל על חבר המועדון, אבל ההטבה ניתנת לכל אחד"});
  }
}

}  // namespace moadon
