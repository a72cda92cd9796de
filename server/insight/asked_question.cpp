#include "server/insight/asked_question.h"

#include <algorithm>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "identity/normal_key.h"
#include "rules/calendar.h"
#include "server/insight/picture_facts.h"

namespace moadon {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::min();

bool is_within(int64_t value, const v1::Range& range) {
  return (!range.has_at_least() || value >= range.at_least()) &&
         (!range.has_at_most() || value <= range.at_most());
}

bool is_within(absl::optional<int64_t> value, const v1::Range& range) {
  return value && is_within(*value, range);
}

// What a question that always needs the same needs beside the standing.
absl::optional<PicturePart> part_of(const v1::Question& question) {
  switch (question.kind_case()) {
    case v1::Question::kAgeYears:
    case v1::Question::kGenders:
    case v1::Question::kFamilyStatuses:
    case v1::Question::kCities:
    case v1::Question::kLanguages:
    case v1::Question::kBirthdayWithinDays:
    case v1::Question::kAnniversaryWithinDays:
      return PicturePart::kProfile;
    case v1::Question::kBranches:
    case v1::Question::kSource:
      return PicturePart::kFirstContact;
    case v1::Question::kTags:
      return PicturePart::kTags;
    case v1::Question::kConsent:
      return PicturePart::kConsents;
    case v1::Question::kCustom:
      return PicturePart::kCustomValues;
    case v1::Question::kPointsMilli:
      return PicturePart::kPoints;
    case v1::Question::kBought:
      return PicturePart::kLines;
    default:
      return absl::nullopt;
  }
}

// The names that a question compares byte for byte; null: none.
const v1::NameList* names_of(const v1::Question& question) {
  switch (question.kind_case()) {
    case v1::Question::kTiers:
      return &question.tiers();
    case v1::Question::kLanguages:
      return &question.languages();
    case v1::Question::kBranches:
      return &question.branches();
    case v1::Question::kTags:
      return &question.tags();
    case v1::Question::kCustom:
      return &question.custom().one_of();
    default:
      return nullptr;
  }
}

PicturePart part_of_detail(absl::string_view detail) {
  if (detail == "phone" || detail == "email") return PicturePart::kKeys;
  return absl::StartsWith(detail, kCustomDetail) ? PicturePart::kCustomValues
                                                 : PicturePart::kProfile;
}

}  // namespace

AskedQuestion::AskedQuestion(const v1::Question& question, const AskedOn& on)
    : on_(on), root_(node_of(question)) {}

void AskedQuestion::add_part(PicturePart part, Node& node) {
  node.parts |= bits(part);
  parts_ |= bits(part);
}

void AskedQuestion::add_below(const v1::QuestionList& list, Node& node) {
  for (const v1::Question& question : list.questions()) node.below.push_back(node_of(question));
}

void AskedQuestion::add_last_days(int days, Node& node) {
  if (days == 0) return;
  add_part(PicturePart::kDays, node);
  const auto known = absl::c_find(last_days_, days);
  node.slot = static_cast<int>(known - last_days_.begin());
  if (known == last_days_.end()) last_days_.push_back(days);
}

void AskedQuestion::add_bought(const v1::BoughtQuestion& bought, Node& node) {
  node.slot = static_cast<int>(bought_.size());
  bought_.push_back({ArticleFilter(bought.filter()),
                     bought.last_days(),
                     {bought.branch_ids().begin(), bought.branch_ids().end()}});
}

AskedQuestion::Node AskedQuestion::node_of(const v1::Question& question) {
  Node node;
  node.question = &question;
  if (const absl::optional<PicturePart> part = part_of(question)) add_part(*part, node);
  switch (question.kind_case()) {
    case v1::Question::kAll:
      add_below(question.all(), node);
      break;
    case v1::Question::kAny:
      add_below(question.any(), node);
      break;
    case v1::Question::kNot:
      node.below.push_back(node_of(question.not_()));
      break;
    case v1::Question::kSpend:
      add_last_days(question.spend().last_days(), node);
      break;
    case v1::Question::kPurchaseDays:
      add_last_days(question.purchase_days().last_days(), node);
      break;
    case v1::Question::kTop:
      top_ = &question.top();
      add_last_days(question.top().last_days(), node);
      break;
    case v1::Question::kBought:
      add_bought(question.bought(), node);
      break;
    case v1::Question::kMissing:
      for (const std::string& detail : question.missing().names()) {
        add_part(part_of_detail(detail), node);
      }
      break;
    case v1::Question::kCities:
      for (const std::string& city : question.cities().names()) {
        node.names.insert(folded_text(city));
      }
      break;
    default:
      if (const v1::NameList* const list = names_of(question)) {
        node.names.insert(list->names().begin(), list->names().end());
      }
  }
  return node;
}

Fit AskedQuestion::fit(const Node& node, const MemberPicture& picture) const {
  switch (node.question->kind_case()) {
    case v1::Question::kAll:
    case v1::Question::kAny: {
      // The answer that decides the whole at once.
      const Fit deciding = node.question->has_any() ? Fit::kYes : Fit::kNo;
      Fit all = node.question->has_any() ? Fit::kNo : Fit::kYes;
      for (const Node& below : node.below) {
        const Fit one = fit(below, picture);
        if (one == deciding) return one;
        if (one == Fit::kUnread) all = one;
      }
      return all;
    }
    case v1::Question::kNot: {
      const Fit below = fit(node.below.front(), picture);
      if (below == Fit::kUnread) return below;
      return below == Fit::kYes ? Fit::kNo : Fit::kYes;
    }
    default:
      if ((node.parts & ~picture.parts) != 0) return fit_unread(node, picture);
      return fits(node, picture) ? Fit::kYes : Fit::kNo;
  }
}

Fit AskedQuestion::fit_unread(const Node& node, const MemberPicture& picture) const {
  if (node.slot < 0 || node.parts != bits(PicturePart::kDays)) return Fit::kUnread;
  const int days = last_days_[static_cast<size_t>(node.slot)];
  if (picture.last_purchase_day.value_or(kNever) > day_number(on_.today) - days) {
    return Fit::kUnread;
  }
  // No purchase day is among them; spend may still be, of returns.
  const v1::Question& asked = *node.question;
  if (asked.has_top()) return Fit::kNo;
  if (!asked.has_purchase_days()) return Fit::kUnread;
  return is_within(int64_t{0}, asked.purchase_days().day_count()) ? Fit::kYes : Fit::kNo;
}

bool AskedQuestion::fits(const Node& node, const MemberPicture& picture) const {
  const v1::Question& asked = *node.question;
  switch (asked.kind_case()) {
    case v1::Question::kStages:
      return absl::c_linear_search(asked.stages().stages(), picture.stage);
    case v1::Question::kTiers:
      return node.names.contains(picture.tier_id);
    case v1::Question::kHasTier:
      return asked.has_tier() == !picture.tier_id.empty();
    case v1::Question::kMetDaysAgo:
      return is_within(std::max<int64_t>(day_number(on_.today) - picture.met_day, 0),
                       asked.met_days_ago());
    case v1::Question::kHasSignedUp:
      return asked.has_signed_up() == picture.has_signed_up;
    case v1::Question::kRefusesServices:
      return asked.refuses_services() == picture.refuses;
    case v1::Question::kIsArchived:
      return asked.is_archived() == picture.is_archived;
    case v1::Question::kSpend:
    case v1::Question::kPurchaseDays:
    case v1::Question::kRhythmDays:
    case v1::Question::kSilentDays:
    case v1::Question::kBought:
    case v1::Question::kTop:
    case v1::Question::kPointsMilli:
      return fits_purchases(node, picture);
    default:
      return fits_person(node, picture);
  }
}

bool AskedQuestion::fits_person(const Node& node, const MemberPicture& picture) const {
  const v1::Question& asked = *node.question;
  switch (asked.kind_case()) {
    case v1::Question::kAgeYears:
      return is_within(age_on(picture.birth_date, on_.today), asked.age_years());
    case v1::Question::kGenders:
      return absl::c_linear_search(asked.genders().genders(), picture.gender);
    case v1::Question::kFamilyStatuses:
      return absl::c_linear_search(asked.family_statuses().family_statuses(),
                                   picture.family_status);
    case v1::Question::kCities:
      return !picture.folded_city.empty() && node.names.contains(picture.folded_city);
    case v1::Question::kLanguages:
      return node.names.contains(picture.language_code);
    case v1::Question::kBranches:
      return node.names.contains(picture.branch_id);
    case v1::Question::kSource:
      return fits_source(asked.source(), picture);
    case v1::Question::kTags:
      return absl::c_any_of(picture.tags,
                            [&](const std::string& tag) { return node.names.contains(tag); });
    case v1::Question::kConsent:
      return fits_consent(asked.consent(), picture);
    case v1::Question::kMissing:
      return absl::c_any_of(asked.missing().names(),
                            [&](const std::string& detail) { return is_missing(detail, picture); });
    case v1::Question::kBirthdayWithinDays:
      return is_soon(picture.birth_date, asked.birthday_within_days(), on_.today);
    case v1::Question::kAnniversaryWithinDays:
      return is_soon(picture.anniversary_date, asked.anniversary_within_days(), on_.today);
    case v1::Question::kCustom: {
      const std::string* const value = custom_value(asked.custom().field_id(), picture);
      if (value == nullptr) return false;
      if (asked.custom().has_one_of()) return node.names.contains(*value);
      return !asked.custom().has_number() ||
             is_within(rounded_down(*value), asked.custom().number());
    }
    default:  // of a kind that this build does not know: check_question() refused it
      return false;
  }
}

DaysSum AskedQuestion::sum_of(const Node& node, const MemberPicture& picture) const {
  DaysSum sum = node.slot < 0 ? picture.ever : picture.last_days[static_cast<size_t>(node.slot)];
  sum.spend_minor = std::max<int64_t>(sum.spend_minor, 0);
  return sum;
}

bool AskedQuestion::fits_purchases(const Node& node, const MemberPicture& picture) const {
  const v1::Question& asked = *node.question;
  switch (asked.kind_case()) {
    case v1::Question::kSpend:
      return is_within(sum_of(node, picture).spend_minor, asked.spend().spend_minor());
    case v1::Question::kPurchaseDays:
      return is_within(sum_of(node, picture).day_count, asked.purchase_days().day_count());
    case v1::Question::kRhythmDays:
      return is_within(rhythm_days_of(picture, on_.numbers), asked.rhythm_days());
    case v1::Question::kSilentDays:
      return picture.last_purchase_day &&
             is_within(std::max<int64_t>(day_number(on_.today) - *picture.last_purchase_day, 0),
                       asked.silent_days());
    case v1::Question::kBought: {
      const int64_t bought_milli = picture.bought_milli[static_cast<size_t>(node.slot)];
      return bought_milli > 0 && (!asked.bought().has_quantity_milli() ||
                                  is_within(bought_milli, asked.bought().quantity_milli()));
    }
    case v1::Question::kTop: {
      const DaysSum sum = sum_of(node, picture);
      return sum.day_count > 0 && sum.spend_minor >= top_border_minor_;
    }
    default:
      return is_within(picture.points_milli, asked.points_milli());
  }
}

}  // namespace moadon
