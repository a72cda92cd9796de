#include "server/operations/check_question.h"

#include <algorithm>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/check.h"
#include "rules/field_checks.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

using google::protobuf::RepeatedPtrField;

constexpr int kMaxList = 100;
constexpr int kMaxNames = 1000;
constexpr size_t kMaxNameBytes = 100;
constexpr size_t kMaxGroupIdBytes = 64;
constexpr int kMaxYearlyDays = 366;
constexpr int kMaxShareBps = 10'000;
constexpr char kCustomPrefix[] = "custom.";
constexpr absl::string_view kDetails[] = {
    "first_name",    "last_name", "birth_date",    "anniversary_date",  "gender",
    "family_status", "city",      "language_code", "preferred_channel", "phone",
    "email"};

absl::Status check_days(int64_t days, int64_t max, const FieldPath& path) {
  if (days >= 0 && days <= max) return absl::OkStatus();
  return invalid(path, absl::StrCat("0 to ", max));
}

absl::Status check_range(const v1::Range& range, int64_t min, const FieldPath& path) {
  if (!range.has_at_least() && !range.has_at_most()) return missing(path);
  absl::Status status;
  if (range.has_at_least()) {
    status = check_amount(range.at_least(), min, kMaxRangeEnd, path.at("at_least"));
  }
  if (status.ok() && range.has_at_most()) {
    status = check_amount(range.at_most(), min, kMaxRangeEnd, path.at("at_most"));
  }
  const bool is_empty =
      range.has_at_least() && range.has_at_most() && range.at_least() > range.at_most();
  if (status.ok() && is_empty) return invalid(path, "from at_least up to at_most");
  return status;
}

absl::Status check_names(const RepeatedPtrField<std::string>& names, size_t max_bytes,
                         const FieldPath& path) {
  absl::Status status = check_count(names.size(), kMaxNames, path);
  for (int i = 0; status.ok() && i < names.size(); ++i) {
    status = check_text(names[i], max_bytes, Presence::kRequired, path.at(i));
  }
  return status;
}

absl::Status check_names(const v1::NameList& list, const FieldPath& path) {
  if (list.names().empty()) return missing(path.at("names"));
  return check_names(list.names(), kMaxNameBytes, path.at("names"));
}

// Values of an enum, each one that this build knows, from `first` on.
template <typename Values, typename IsValid>
absl::Status check_values(const Values& values, int first, IsValid is_valid,
                          const FieldPath& path) {
  if (values.empty()) return missing(path);
  absl::Status status = check_count(values.size(), kMaxList, path);
  for (int i = 0; status.ok() && i < values.size(); ++i) {
    if (values[i] < first || !is_valid(values[i])) status = invalid(path.at(i), "a known value");
  }
  return status;
}

absl::Status check_filter(const v1::ProductFilter& filter, const FieldPath& path) {
  const auto words = [&](const RepeatedPtrField<std::string>& list, absl::string_view name) {
    return check_names(list, kMaxWordBytes, path.at(name));
  };
  absl::Status status = words(filter.skus(), "skus");
  status.Update(words(filter.sku_prefixes(), "sku_prefixes"));
  status.Update(words(filter.categories(), "categories"));
  status.Update(words(filter.brands(), "brands"));
  if (!filter.tags().empty()) status.Update(invalid(path.at("tags"), "empty here"));
  status.Update(words(filter.excluded_skus(), "excluded_skus"));
  status.Update(words(filter.excluded_sku_prefixes(), "excluded_sku_prefixes"));
  status.Update(words(filter.excluded_categories(), "excluded_categories"));
  status.Update(words(filter.excluded_brands(), "excluded_brands"));
  if (!filter.excluded_tags().empty()) {
    status.Update(invalid(path.at("excluded_tags"), "empty here"));
  }
  return status;
}

// Walks one question, counting.
class QuestionCheck final {
 public:
  explicit QuestionCheck(const v1::ClubSettings& settings) : settings_(settings) {}

  absl::Status check(const v1::Question& question, int depth, const FieldPath& path);

 private:
  absl::Status check_list(const v1::QuestionList& list, int depth, const FieldPath& path);
  absl::Status check_person(const v1::Question& question, const FieldPath& path) const;
  absl::Status check_purchases(const v1::Question& question, const FieldPath& path);
  absl::Status check_bought(const v1::BoughtQuestion& bought, const FieldPath& path) const;
  absl::Status check_top(const v1::TopQuestion& top, const FieldPath& path);
  absl::Status check_source(const v1::SourceQuestion& source, const FieldPath& path) const;
  absl::Status check_missing(const v1::NameList& list, const FieldPath& path) const;
  absl::Status check_custom(const v1::CustomQuestion& custom, const FieldPath& path) const;
  const v1::CustomField* custom_field(absl::string_view field_id) const;

  const v1::ClubSettings& settings_;
  int questions_ = 0;
  int tops_ = 0;
};

absl::Status QuestionCheck::check(const v1::Question& question, int depth, const FieldPath& path) {
  if (depth > kMaxQuestionDepth || ++questions_ > kMaxQuestions) {
    const std::string limit =
        absl::StrCat(kMaxQuestions, " questions, ", kMaxQuestionDepth, " deep");
    return refuse(v1::REASON_TOO_LARGE,
                  absl::StrCat(path.text(), " goes beyond ", limit, " in one question"),
                  {{"field", path.text()}, {"limit", limit}});
  }
  switch (question.kind_case()) {
    case v1::Question::kAll:
      return check_list(question.all(), depth, path.at("all"));
    case v1::Question::kAny:
      return check_list(question.any(), depth, path.at("any"));
    case v1::Question::kNot:
      return check(question.not_(), depth + 1, path.at("not"));
    case v1::Question::KIND_NOT_SET:
      return missing(path);
    case v1::Question::kSpend:
    case v1::Question::kPurchaseDays:
    case v1::Question::kRhythmDays:
    case v1::Question::kSilentDays:
    case v1::Question::kBought:
    case v1::Question::kTop:
    case v1::Question::kMetDaysAgo:
    case v1::Question::kPointsMilli:
      return check_purchases(question, path);
    default:
      return check_person(question, path);
  }
}

absl::Status QuestionCheck::check_list(const v1::QuestionList& list, int depth,
                                       const FieldPath& path) {
  const FieldPath questions = path.at("questions");
  if (list.questions().empty()) return missing(questions);
  absl::Status status = check_count(list.questions_size(), kMaxList, questions);
  for (int i = 0; status.ok() && i < list.questions_size(); ++i) {
    status = check(list.questions(i), depth + 1, questions.at(i));
  }
  return status;
}

absl::Status QuestionCheck::check_purchases(const v1::Question& question, const FieldPath& path) {
  absl::Status status;
  switch (question.kind_case()) {
    case v1::Question::kSpend: {
      const FieldPath spend = path.at("spend");
      status = check_range(question.spend().spend_minor(), 0, spend.at("spend_minor"));
      status.Update(check_days(question.spend().last_days(), kMaxLastDays, spend.at("last_days")));
      return status;
    }
    case v1::Question::kPurchaseDays: {
      const FieldPath days = path.at("purchase_days");
      status = check_range(question.purchase_days().day_count(), 0, days.at("day_count"));
      status.Update(
          check_days(question.purchase_days().last_days(), kMaxLastDays, days.at("last_days")));
      return status;
    }
    case v1::Question::kRhythmDays:
      return check_range(question.rhythm_days(), 0, path.at("rhythm_days"));
    case v1::Question::kSilentDays:
      return check_range(question.silent_days(), 0, path.at("silent_days"));
    case v1::Question::kBought:
      return check_bought(question.bought(), path.at("bought"));
    case v1::Question::kTop:
      return check_top(question.top(), path.at("top"));
    case v1::Question::kMetDaysAgo:
      return check_range(question.met_days_ago(), 0, path.at("met_days_ago"));
    default:
      return check_range(question.points_milli(), 0, path.at("points_milli"));
  }
}

absl::Status QuestionCheck::check_person(const v1::Question& question,
                                         const FieldPath& path) const {
  switch (question.kind_case()) {
    case v1::Question::kStages:
      return check_values(question.stages().stages(), v1::STAGE_POTENTIAL, v1::Stage_IsValid,
                          path.at("stages").at("stages"));
    case v1::Question::kTiers:
      return check_names(question.tiers(), path.at("tiers"));
    case v1::Question::kAgeYears:
      return check_range(question.age_years(), 0, path.at("age_years"));
    case v1::Question::kGenders:
      return check_values(question.genders().genders(), 0, v1::Gender_IsValid,
                          path.at("genders").at("genders"));
    case v1::Question::kFamilyStatuses:
      return check_values(question.family_statuses().family_statuses(), 0, v1::FamilyStatus_IsValid,
                          path.at("family_statuses").at("family_statuses"));
    case v1::Question::kCities:
      return check_names(question.cities(), path.at("cities"));
    case v1::Question::kBranches:
      return check_names(question.branches(), path.at("branches"));
    case v1::Question::kSource:
      return check_source(question.source(), path.at("source"));
    case v1::Question::kTags:
      return check_names(question.tags(), path.at("tags"));
    case v1::Question::kConsent:
      if (v1::ContactChannel_IsValid(question.consent().channel())) return absl::OkStatus();
      return invalid(path.at("consent").at("channel"), "a known value");
    case v1::Question::kMissing:
      return check_missing(question.missing(), path.at("missing"));
    case v1::Question::kBirthdayWithinDays:
      return check_days(question.birthday_within_days(), kMaxYearlyDays,
                        path.at("birthday_within_days"));
    case v1::Question::kAnniversaryWithinDays:
      return check_days(question.anniversary_within_days(), kMaxYearlyDays,
                        path.at("anniversary_within_days"));
    case v1::Question::kCustom:
      return check_custom(question.custom(), path.at("custom"));
    case v1::Question::kLanguages:
      return check_names(question.languages(), path.at("languages"));
    default:  // yes or no
      return absl::OkStatus();
  }
}

absl::Status QuestionCheck::check_bought(const v1::BoughtQuestion& bought,
                                         const FieldPath& path) const {
  absl::Status status = check_filter(bought.filter(), path.at("filter"));
  status.Update(check_days(bought.last_days(), kMaxLastDays, path.at("last_days")));
  if (bought.has_quantity_milli()) {
    status.Update(check_range(bought.quantity_milli(), 0, path.at("quantity_milli")));
  }
  status.Update(check_names(bought.branch_ids(), kMaxNameBytes, path.at("branch_ids")));
  return status;
}

absl::Status QuestionCheck::check_top(const v1::TopQuestion& top, const FieldPath& path) {
  if (++tops_ > 1) return invalid(path, "the only one of its kind in a question");
  if (top.share_bps() < 1 || top.share_bps() > kMaxShareBps) {
    return invalid(path.at("share_bps"), absl::StrCat("1 to ", kMaxShareBps));
  }
  return check_days(top.last_days(), kMaxLastDays, path.at("last_days"));
}

absl::Status QuestionCheck::check_source(const v1::SourceQuestion& source,
                                         const FieldPath& path) const {
  if (!v1::SourceKind_IsValid(source.kind())) return invalid(path.at("kind"), "a known value");
  return check_text(source.name(), kMaxWordBytes, Presence::kOptional, path.at("name"));
}

absl::Status QuestionCheck::check_missing(const v1::NameList& list, const FieldPath& path) const {
  absl::Status status = check_names(list, path);
  for (int i = 0; status.ok() && i < list.names_size(); ++i) {
    absl::string_view name = list.names(i);
    if (absl::c_linear_search(kDetails, name)) continue;
    if (absl::ConsumePrefix(&name, kCustomPrefix) && custom_field(name) != nullptr) continue;
    status = invalid(path.at("names").at(i), "a detail that is kept of members");
  }
  return status;
}

absl::Status QuestionCheck::check_custom(const v1::CustomQuestion& custom,
                                         const FieldPath& path) const {
  if (custom.field_id().empty()) return missing(path.at("field_id"));
  const v1::CustomField* const field = custom_field(custom.field_id());
  if (field == nullptr) return invalid(path.at("field_id"), "a field of the club's settings");
  switch (custom.value_case()) {
    case v1::CustomQuestion::kOneOf:
      return check_names(custom.one_of(), path.at("one_of"));
    case v1::CustomQuestion::kNumber:
      if (!field->has_number()) return invalid(path.at("number"), "of a number field");
      return check_range(custom.number(), -kMaxRangeEnd, path.at("number"));
    case v1::CustomQuestion::VALUE_NOT_SET:
      break;
  }
  return absl::OkStatus();
}

const v1::CustomField* QuestionCheck::custom_field(absl::string_view field_id) const {
  for (const v1::CustomField& field : settings_.custom_fields()) {
    if (field.field_id() == field_id) return &field;
  }
  return nullptr;
}

}  // namespace

absl::Status check_question(const v1::Question& question, const v1::ClubSettings& settings,
                            absl::string_view field) {
  if (question.ByteSizeLong() > kMaxQuestionBytes) {
    const std::string limit = absl::StrCat(kMaxQuestionBytes);
    return refuse(v1::REASON_TOO_LARGE, absl::StrCat(field, " has more than ", limit, " bytes"),
                  {{"field", field}, {"limit", limit}});
  }
  return QuestionCheck(settings).check(question, 1, FieldPath(field));
}

absl::Status check_group_id(absl::string_view group_id, absl::string_view field) {
  if (group_id.empty()) return missing(FieldPath(field));
  const bool is_plain = std::all_of(group_id.begin(), group_id.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  });
  if (is_plain && group_id.size() <= kMaxGroupIdBytes) return absl::OkStatus();
  return invalid(FieldPath(field), "1 to 64 of a-z A-Z 0-9 . _ -");
}

}  // namespace moadon
