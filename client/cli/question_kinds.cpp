// The kinds of a written question, one function each.

#include "absl/strings/match.h"
#include "client/cli/question_parser.h"

namespace moadon::cli {
namespace {

constexpr int kMaxYearlyDays = 366;
constexpr int kShareDigits = 2;  // of a percent
constexpr int kMilliDigits = 3;
constexpr std::string_view kDays[] = {"days"};
constexpr std::string_view kDaysAgo[] = {"days", "ago"};
constexpr std::string_view kYears[] = {"years"};

constexpr Text kHasWhat = {"tier, no tier, signed up, not signed up, source or field",
                           "tier, no tier, signed up, not signed up, source או field"};

}  // namespace

absl::Span<const QuestionParser::Kind> QuestionParser::kinds() {
  static constexpr Kind kKinds[] = {
      {"stage", &QuestionParser::read_stage},
      {"tier", &QuestionParser::read_tier},
      {"spend", &QuestionParser::read_spend},
      {"purchase", &QuestionParser::read_purchase_days},
      {"rhythm", &QuestionParser::read_rhythm},
      {"silent", &QuestionParser::read_silent},
      {"bought", &QuestionParser::read_bought},
      {"age", &QuestionParser::read_age},
      {"gender", &QuestionParser::read_gender},
      {"family", &QuestionParser::read_family},
      {"city", &QuestionParser::read_city},
      {"branch", &QuestionParser::read_branch},
      {"source", &QuestionParser::read_source},
      {"tag", &QuestionParser::read_tag},
      {"consent", &QuestionParser::read_consent},
      {"missing", &QuestionParser::read_missing},
      {"birthday", &QuestionParser::read_birthday},
      {"anniversary", &QuestionParser::read_anniversary},
      {"field", &QuestionParser::read_field},
      {"top", &QuestionParser::read_top},
      {"met", &QuestionParser::read_met},
      {"has", &QuestionParser::read_has},
      {"refuses", &QuestionParser::read_refuses},
      {"wants", &QuestionParser::read_wants},
      {"is", &QuestionParser::read_is},
      {"language", &QuestionParser::read_language},
      {"points", &QuestionParser::read_points},
  };
  return kKinds;
}

bool QuestionParser::read_stage(v1::Question& question) {
  return read_chosen_values(stage_words(), *question.mutable_stages()->mutable_stages());
}

bool QuestionParser::read_tier(v1::Question& question) {
  return read_chosen_names(*question.mutable_tiers());
}

bool QuestionParser::read_spend(v1::Question& question) {
  v1::SpendQuestion& spend = *question.mutable_spend();
  std::int32_t days = 0;
  if (!read_last_days(days)) return false;
  if (!read_range(money_digits_, {}, *spend.mutable_spend_minor())) return false;
  if (!read_last_days(days)) return false;
  spend.set_last_days(days);
  return true;
}

bool QuestionParser::read_purchase_days(v1::Question& question) {
  v1::DaysQuestion& asked = *question.mutable_purchase_days();
  std::int32_t days = 0;
  if (!read_word("days") || !read_last_days(days)) return false;
  if (!read_range(0, {}, *asked.mutable_day_count()) || !read_last_days(days)) return false;
  asked.set_last_days(days);
  return true;
}

bool QuestionParser::read_rhythm(v1::Question& question) {
  return read_range(0, kDays, *question.mutable_rhythm_days());
}

bool QuestionParser::read_silent(v1::Question& question) {
  return read_range(0, kDays, *question.mutable_silent_days());
}

// One clause about the product; what none of them begins is left.
bool QuestionParser::read_product(v1::ProductFilter& filter) {
  const bool excludes = takes("except");
  if (takes("sku")) {
    const bool is_prefix = takes("prefix");
    if (is_prefix) {
      return read_names(excludes ? *filter.mutable_excluded_sku_prefixes()
                                 : *filter.mutable_sku_prefixes());
    }
    return read_names(excludes ? *filter.mutable_excluded_skus() : *filter.mutable_skus());
  }
  if (takes("category")) {
    return read_names(excludes ? *filter.mutable_excluded_categories()
                               : *filter.mutable_categories());
  }
  if (takes("brand")) {
    return read_names(excludes ? *filter.mutable_excluded_brands() : *filter.mutable_brands());
  }
  return fail("sku, sku prefix, category, brand");
}

bool QuestionParser::read_bought(v1::Question& question) {
  v1::BoughtQuestion& bought = *question.mutable_bought();
  std::int32_t days = 0;
  while (true) {
    if (sees("sku") || sees("category") || sees("brand") || sees("except")) {
      if (!read_product(*bought.mutable_filter())) return false;
    } else if (days == 0 && sees("in")) {
      if (!read_last_days(days)) return false;
      bought.set_last_days(days);
    } else if (takes("at")) {
      if (!read_word("branch") || !read_names(*bought.mutable_branch_ids())) return false;
    } else if (!bought.has_quantity_milli() && takes("units")) {
      if (!read_range(kMilliDigits, {}, *bought.mutable_quantity_milli())) return false;
    } else {
      return true;
    }
  }
}

bool QuestionParser::read_age(v1::Question& question) {
  return read_range(0, kYears, *question.mutable_age_years());
}

bool QuestionParser::read_gender(v1::Question& question) {
  return read_chosen_values(gender_words(), *question.mutable_genders()->mutable_genders());
}

bool QuestionParser::read_family(v1::Question& question) {
  return read_chosen_values(family_words(),
                            *question.mutable_family_statuses()->mutable_family_statuses());
}

bool QuestionParser::read_city(v1::Question& question) {
  return read_chosen_names(*question.mutable_cities());
}

bool QuestionParser::read_branch(v1::Question& question) {
  return read_chosen_names(*question.mutable_branches());
}

bool QuestionParser::read_source(v1::Question& question) {
  v1::SourceQuestion& source = *question.mutable_source();
  int kind = v1::SOURCE_KIND_UNSPECIFIED;
  const bool has_kind = takes_sign("=");
  if (has_kind && !read_value(source_words(), kind)) return false;
  source.set_kind(static_cast<v1::SourceKind>(kind));
  if (has_kind && !sees("named")) return true;
  return read_word("named") && read_name(*source.mutable_name());
}

bool QuestionParser::read_tag(v1::Question& question) {
  return read_chosen_names(*question.mutable_tags());
}

bool QuestionParser::read_consent(v1::Question& question) {
  int channel = 0;
  if (!read_value(channel_words(), channel)) return false;
  question.mutable_consent()->set_channel(static_cast<v1::ContactChannel>(channel));
  return true;
}

bool QuestionParser::read_missing(v1::Question& question) {
  return read_names(*question.mutable_missing()->mutable_names());
}

bool QuestionParser::read_birthday(v1::Question& question) {
  int days = 0;
  if (!read_word("within") || !read_whole(0, kMaxYearlyDays, days)) return false;
  question.set_birthday_within_days(days);
  return takes("day") || read_word("days");
}

bool QuestionParser::read_anniversary(v1::Question& question) {
  int days = 0;
  if (!read_word("within") || !read_whole(0, kMaxYearlyDays, days)) return false;
  question.set_anniversary_within_days(days);
  return takes("day") || read_word("days");
}

// With = or in the value is a text, else a number.
bool QuestionParser::read_field(v1::Question& question) {
  v1::CustomQuestion& custom = *question.mutable_custom();
  if (!read_name(*custom.mutable_field_id())) return false;
  if (sees_sign("=") || sees("in")) return read_chosen_names(*custom.mutable_one_of());
  return read_range(0, {}, *custom.mutable_number());
}

bool QuestionParser::read_top(v1::Question& question) {
  v1::TopQuestion& top = *question.mutable_top();
  const std::size_t place = next_;
  std::int64_t share_bps = 0;
  std::int32_t days = 0;
  if (!read_number(kShareDigits, share_bps) || !read_sign("%")) return false;
  if (share_bps < 1 || share_bps > 10'000) {
    next_ = place;
    return fail("0.01..100");
  }
  if (!read_word("by") || !read_word("spend") || !read_last_days(days)) return false;
  top.set_share_bps(static_cast<std::int32_t>(share_bps));
  top.set_last_days(days);
  return true;
}

bool QuestionParser::read_met(v1::Question& question) {
  return read_range(0, kDaysAgo, *question.mutable_met_days_ago());
}

bool QuestionParser::read_has(v1::Question& question) {
  if (takes("tier")) {
    question.set_has_tier(true);
    return true;
  }
  if (takes("no")) {
    question.set_has_tier(false);
    return read_word("tier");
  }
  if (sees("signed") || sees("not")) {
    question.set_has_signed_up(!takes("not"));
    return read_word("signed") && read_word("up");
  }
  if (takes("source")) {
    question.mutable_source();
    return true;
  }
  if (!takes("field")) return fail(kHasWhat);
  return read_name(*question.mutable_custom()->mutable_field_id());
}

bool QuestionParser::read_refuses(v1::Question& question) {
  question.set_refuses_services(true);
  return read_word("services");
}

bool QuestionParser::read_wants(v1::Question& question) {
  question.set_refuses_services(false);
  return read_word("services");
}

bool QuestionParser::read_is(v1::Question& question) {
  question.set_is_archived(!takes("not"));
  return read_word("archived");
}

bool QuestionParser::read_language(v1::Question& question) {
  return read_chosen_names(*question.mutable_languages());
}

bool QuestionParser::read_points(v1::Question& question) {
  return read_range(kMilliDigits, {}, *question.mutable_points_milli());
}

}  // namespace moadon::cli
