#include "client/cli/question_text.h"

#include "absl/strings/str_cat.h"
#include "client/cli/question_tokens.h"
#include "client/cli/question_words.h"

namespace moadon::cli {
namespace {

using google::protobuf::RepeatedField;
using google::protobuf::RepeatedPtrField;

constexpr int kMilliDigits = 3;
constexpr int kShareDigits = 2;

absl::string_view shown(std::string_view text) { return {text.data(), text.size()}; }

std::string name_text(const std::string& name) {
  return is_word(name) && !is_reserved(name) ? name : cli::quoted(name);
}

std::string names_text(const RepeatedPtrField<std::string>& names) {
  if (names.size() == 1) return name_text(names[0]);
  std::string text = "(";
  for (const std::string& name : names) {
    absl::StrAppend(&text, text.size() > 1 ? ", " : "", name_text(name));
  }
  return text + ")";
}

// "= x" or "in (x, y)".
std::string chosen(const RepeatedPtrField<std::string>& names) {
  return absl::StrCat(names.size() == 1 ? "= " : "in ", names_text(names));
}

std::string chosen(const RepeatedField<int>& values, absl::Span<const ValueWord> words) {
  std::string text;
  for (const int value : values) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", shown(word_of(words, value)));
  }
  return values.size() == 1 ? "= " + text : absl::StrCat("in (", text, ")");
}

// A range in numbers with so many digits after the point.
std::string range_text(const v1::Range& range, int digits, Zeros zeros = Zeros::kKept) {
  const std::string from = number_text(range.at_least(), digits, zeros);
  const std::string to = number_text(range.at_most(), digits, zeros);
  if (!range.has_at_most()) return ">= " + from;
  if (!range.has_at_least()) return "<= " + to;
  return from == to ? "= " + from : absl::StrCat("between ", from, " and ", to);
}

// Of an owner's field "=" would mean a text.
std::string field_range_text(const v1::Range& range) {
  const bool is_one = range.has_at_least() && range.has_at_most();
  return is_one ? absl::StrCat("between ", range.at_least(), " and ", range.at_most())
                : range_text(range, 0);
}

std::string last_days_text(int last_days) {
  return last_days == 0 ? std::string() : absl::StrCat(" in ", last_days, " days");
}

std::string clause(absl::string_view words, const RepeatedPtrField<std::string>& names) {
  return names.empty() ? std::string() : absl::StrCat(" ", words, " ", names_text(names));
}

std::string bought_text(const v1::BoughtQuestion& bought) {
  const v1::ProductFilter& filter = bought.filter();
  std::string text = absl::StrCat(
      "bought", clause("sku", filter.skus()), clause("sku prefix", filter.sku_prefixes()),
      clause("category", filter.categories()), clause("brand", filter.brands()),
      clause("except sku", filter.excluded_skus()),
      clause("except sku prefix", filter.excluded_sku_prefixes()));
  absl::StrAppend(&text, clause("except category", filter.excluded_categories()),
                  clause("except brand", filter.excluded_brands()),
                  clause("at branch", bought.branch_ids()), last_days_text(bought.last_days()));
  if (bought.has_quantity_milli()) {
    absl::StrAppend(&text, " units ",
                    range_text(bought.quantity_milli(), kMilliDigits, Zeros::kDropped));
  }
  return text;
}

std::string source_text(const v1::SourceQuestion& source) {
  const bool has_kind = source.kind() != v1::SOURCE_KIND_UNSPECIFIED;
  if (!has_kind && source.name().empty()) return "has source";
  std::string text = "source";
  if (has_kind) absl::StrAppend(&text, " = ", shown(word_of(source_words(), source.kind())));
  if (!source.name().empty()) absl::StrAppend(&text, " named ", name_text(source.name()));
  return text;
}

std::string custom_text(const v1::CustomQuestion& custom) {
  const std::string field = name_text(custom.field_id());
  if (custom.has_one_of())
    return absl::StrCat("field ", field, " ", chosen(custom.one_of().names()));
  if (custom.has_number())
    return absl::StrCat("field ", field, " ", field_range_text(custom.number()));
  return "has field " + field;
}

std::string top_text(const v1::TopQuestion& top) {
  return absl::StrCat("top ", number_text(top.share_bps(), kShareDigits, Zeros::kDropped),
                      "% by spend", last_days_text(top.last_days()));
}

std::string purchases_text(const v1::Question& question, int money_digits) {
  switch (question.kind_case()) {
    case v1::Question::kSpend:
      return absl::StrCat("spend", last_days_text(question.spend().last_days()), " ",
                          range_text(question.spend().spend_minor(), money_digits));
    case v1::Question::kPurchaseDays:
      return absl::StrCat("purchase days", last_days_text(question.purchase_days().last_days()),
                          " ", range_text(question.purchase_days().day_count(), 0));
    case v1::Question::kRhythmDays:
      return absl::StrCat("rhythm ", range_text(question.rhythm_days(), 0), " days");
    case v1::Question::kSilentDays:
      return absl::StrCat("silent ", range_text(question.silent_days(), 0), " days");
    case v1::Question::kBought:
      return bought_text(question.bought());
    case v1::Question::kTop:
      return top_text(question.top());
    case v1::Question::kPointsMilli:
      return "points " + range_text(question.points_milli(), kMilliDigits, Zeros::kDropped);
    default:
      return "?";
  }
}

std::string standing_text(const v1::Question& question) {
  switch (question.kind_case()) {
    case v1::Question::kStages:
      return "stage " + chosen(question.stages().stages(), stage_words());
    case v1::Question::kTiers:
      return "tier " + chosen(question.tiers().names());
    case v1::Question::kHasTier:
      return question.has_tier() ? "has tier" : "has no tier";
    case v1::Question::kBranches:
      return "branch " + chosen(question.branches().names());
    case v1::Question::kSource:
      return source_text(question.source());
    case v1::Question::kTags:
      return "tag " + chosen(question.tags().names());
    case v1::Question::kMetDaysAgo:
      return absl::StrCat("met ", range_text(question.met_days_ago(), 0), " days ago");
    case v1::Question::kHasSignedUp:
      return question.has_signed_up() ? "has signed up" : "has not signed up";
    case v1::Question::kRefusesServices:
      return question.refuses_services() ? "refuses services" : "wants services";
    case v1::Question::kIsArchived:
      return question.is_archived() ? "is archived" : "is not archived";
    default:
      return "";
  }
}

std::string person_text(const v1::Question& question) {
  switch (question.kind_case()) {
    case v1::Question::kAgeYears:
      return absl::StrCat("age ", range_text(question.age_years(), 0));
    case v1::Question::kGenders:
      return "gender " + chosen(question.genders().genders(), gender_words());
    case v1::Question::kFamilyStatuses:
      return "family " + chosen(question.family_statuses().family_statuses(), family_words());
    case v1::Question::kCities:
      return "city " + chosen(question.cities().names());
    case v1::Question::kLanguages:
      return "language " + chosen(question.languages().names());
    case v1::Question::kConsent:
      return absl::StrCat("consent ",
                          shown(word_of(channel_words(), question.consent().channel())));
    case v1::Question::kMissing:
      return "missing " + names_text(question.missing().names());
    case v1::Question::kBirthdayWithinDays:
      return absl::StrCat("birthday within ", question.birthday_within_days(), " days");
    case v1::Question::kAnniversaryWithinDays:
      return absl::StrCat("anniversary within ", question.anniversary_within_days(), " days");
    case v1::Question::kCustom:
      return custom_text(question.custom());
    default:
      return "";
  }
}

bool is_joined(const v1::Question& question) {
  return question.all().questions_size() > 1 || question.any().questions_size() > 1;
}

std::string part_text(const v1::Question& question, int money_digits) {
  const std::string text = question_text(question, money_digits);
  return is_joined(question) ? absl::StrCat("(", text, ")") : text;
}

// One question alone would lose that it stands in a list.
std::string list_text(const v1::QuestionList& list, absl::string_view name,
                      absl::string_view between, int money_digits) {
  if (list.questions_size() == 1) {
    return absl::StrCat(name, " (", question_text(list.questions(0), money_digits), ")");
  }
  std::string text;
  for (const v1::Question& question : list.questions()) {
    absl::StrAppend(&text, text.empty() ? "" : between, part_text(question, money_digits));
  }
  return text;
}

}  // namespace

std::string question_text(const v1::Question& question, int money_digits) {
  switch (question.kind_case()) {
    case v1::Question::kAll:
      return list_text(question.all(), "all", " and ", money_digits);
    case v1::Question::kAny:
      return list_text(question.any(), "any", " or ", money_digits);
    case v1::Question::kNot:
      return "not " + part_text(question.not_(), money_digits);
    default:
      break;
  }
  std::string text = standing_text(question);
  if (text.empty()) text = person_text(question);
  return text.empty() ? purchases_text(question, money_digits) : text;
}

const char kQuestionHelp[] = R"(A question:
  ... and ...   ... or ...   not ...   ( ... )        "and" binds before "or"
  stage = loyal            stage in (loyal, active)   also: potential interested new churning
  tier = gold              has tier                   has no tier
  spend >= 1000.00         spend in 365 days between 100 and 500.50
  purchase days >= 6       purchase days in 90 days = 0
  silent >= 60 days        rhythm <= 14 days          (since, and usually between, purchases)
  bought category bakery in 90 days          bought sku (A1, A2) at branch b1 units >= 2.5
  bought sku prefix 729 except brand "No Name"        not bought brand Roma
  age between 18 and 35    gender = female            family in (single, unknown)
  city in ("Tel Aviv", חיפה)                          language = he
  branch = b1              source = campaign named spring          has source
  tag = vip                met <= 30 days ago         has signed up, has not signed up
  consent sms              consent any                refuses services, wants services
  missing (phone, email, birth_date)                  is archived, is not archived
  birthday within 14 days  anniversary within 7 days  points >= 100
  field shoe_size >= 42    field color in (red, blue) has field color
  top 10% by spend in 365 days                        once in a question
Comparisons: = >= <= > < between X and Y. Names of more than one word, and words of this list, stand
in quotes. What is not known of a member fits no question about it, and so fits its "not".)";

}  // namespace moadon::cli
