#include "server/operations/check_question.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "rules/refusal.h"
#include "tests/catch.h"
#include "tests/random_question.h"

namespace moadon {
namespace {

v1::ClubSettings settings() {
  v1::ClubSettings settings;
  settings.add_custom_fields()->set_field_id(kColorField);
  v1::CustomField& shoe = *settings.add_custom_fields();
  shoe.set_field_id(kShoeField);
  shoe.mutable_number();
  return settings;
}

absl::Status check(const v1::Question& question) {
  return check_question(question, settings(), "question");
}

TEST_CASE("questions of the form that the contract promises are taken") {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    Dice dice(seed);
    const v1::Question question = RandomQuestion(dice, true).make(4);
    const absl::Status status = check(question);
    CAPTURE(seed, question.ShortDebugString(), status);
    CHECK(status.ok());
  }
}

TEST_CASE("a wrong question is refused by name") {
  struct Case {
    std::string question;
    v1::Reason reason;
    std::string field;
  };
  const std::string open_end = "at_least: 1000000000000001";
  const std::string long_name(101, 'x');
  const Case cases[] = {
      {"", v1::REASON_FIELD_MISSING, "question"},
      {"all { }", v1::REASON_FIELD_MISSING, "question.all.questions"},
      {"any { questions { } }", v1::REASON_FIELD_MISSING, "question.any.questions[0]"},
      {"not { }", v1::REASON_FIELD_MISSING, "question.not"},
      {"stages { }", v1::REASON_FIELD_MISSING, "question.stages.stages"},
      {"stages { stages: STAGE_UNSPECIFIED }", v1::REASON_FIELD_INVALID,
       "question.stages.stages[0]"},
      {"tiers { }", v1::REASON_FIELD_MISSING, "question.tiers.names"},
      {"tiers { names: '' }", v1::REASON_FIELD_MISSING, "question.tiers.names[0]"},
      {"tags { names: 'a' names: '" + long_name + "' }", v1::REASON_FIELD_INVALID,
       "question.tags.names[1]"},
      {"tags { names: 'a\\007' }", v1::REASON_TEXT_INVALID, "question.tags.names[0]"},
      {"spend { }", v1::REASON_FIELD_MISSING, "question.spend.spend_minor"},
      {"spend { spend_minor { } }", v1::REASON_FIELD_MISSING, "question.spend.spend_minor"},
      {"spend { spend_minor { at_least: -1 } }", v1::REASON_AMOUNT_OUT_OF_RANGE,
       "question.spend.spend_minor.at_least"},
      {"spend { spend_minor { " + open_end + " } }", v1::REASON_AMOUNT_OUT_OF_RANGE,
       "question.spend.spend_minor.at_least"},
      {"spend { spend_minor { at_least: 2 at_most: 1 } }", v1::REASON_FIELD_INVALID,
       "question.spend.spend_minor"},
      {"spend { spend_minor { at_least: 2 } last_days: -1 }", v1::REASON_FIELD_INVALID,
       "question.spend.last_days"},
      {"purchase_days { day_count { at_least: 1 } last_days: 36501 }", v1::REASON_FIELD_INVALID,
       "question.purchase_days.last_days"},
      {"bought { filter { skus: '' } }", v1::REASON_FIELD_MISSING,
       "question.bought.filter.skus[0]"},
      {"bought { filter { tags: 'new' } }", v1::REASON_FIELD_INVALID,
       "question.bought.filter.tags"},
      {"bought { filter { excluded_tags: 'new' } }", v1::REASON_FIELD_INVALID,
       "question.bought.filter.excluded_tags"},
      {"bought { quantity_milli { } }", v1::REASON_FIELD_MISSING, "question.bought.quantity_milli"},
      {"bought { branch_ids: '' }", v1::REASON_FIELD_MISSING, "question.bought.branch_ids[0]"},
      {"age_years { at_most: -1 }", v1::REASON_AMOUNT_OUT_OF_RANGE, "question.age_years.at_most"},
      {"genders { }", v1::REASON_FIELD_MISSING, "question.genders.genders"},
      {"missing { names: 'shoe' }", v1::REASON_FIELD_INVALID, "question.missing.names[0]"},
      {"missing { names: 'custom.hat' }", v1::REASON_FIELD_INVALID, "question.missing.names[0]"},
      {"birthday_within_days: 367", v1::REASON_FIELD_INVALID, "question.birthday_within_days"},
      {"anniversary_within_days: -1", v1::REASON_FIELD_INVALID, "question.anniversary_within_days"},
      {"custom { }", v1::REASON_FIELD_MISSING, "question.custom.field_id"},
      {"custom { field_id: 'hat' }", v1::REASON_FIELD_INVALID, "question.custom.field_id"},
      {"custom { field_id: 'color' number { at_least: 1 } }", v1::REASON_FIELD_INVALID,
       "question.custom.number"},
      {"custom { field_id: 'shoe' number { } }", v1::REASON_FIELD_MISSING,
       "question.custom.number"},
      {"custom { field_id: 'color' one_of { } }", v1::REASON_FIELD_MISSING,
       "question.custom.one_of.names"},
      {"top { }", v1::REASON_FIELD_INVALID, "question.top.share_bps"},
      {"top { share_bps: 10001 }", v1::REASON_FIELD_INVALID, "question.top.share_bps"},
      {"all { questions { top { share_bps: 1 } } questions { not { top { share_bps: 1 } } } }",
       v1::REASON_FIELD_INVALID, "question.all.questions[1].not.top"},
  };
  for (const Case& c : cases) {
    v1::Question question;
    CAPTURE(c.question);
    REQUIRE(google::protobuf::TextFormat::ParseFromString(c.question, &question));
    const absl::Status status = check(question);
    CHECK(reason_of(status) == c.reason);
    CHECK(detail_of(status).values().at("field") == c.field);
  }
}

TEST_CASE("values of enums that nobody knows are refused") {
  v1::Question question;
  question.mutable_genders()->add_genders(static_cast<v1::Gender>(17));
  CHECK(reason_of(check(question)) == v1::REASON_FIELD_INVALID);
  question.mutable_consent()->set_channel(static_cast<v1::ContactChannel>(17));
  CHECK(reason_of(check(question)) == v1::REASON_FIELD_INVALID);
  question.mutable_source()->set_kind(static_cast<v1::SourceKind>(17));
  CHECK(reason_of(check(question)) == v1::REASON_FIELD_INVALID);
}

// A question under so many nots.
v1::Question deep(int depth) {
  v1::Question question;
  question.set_has_tier(true);
  for (int i = 1; i < depth; ++i) {
    v1::Question outer;
    *outer.mutable_not_() = std::move(question);
    question = std::move(outer);
  }
  return question;
}

TEST_CASE("a question has limits of depth, number and size") {
  CHECK(check(deep(kMaxQuestionDepth)).ok());
  CHECK(reason_of(check(deep(kMaxQuestionDepth + 1))) == v1::REASON_TOO_LARGE);

  v1::Question wide;  // with itself and two lists: 3 questions besides
  for (int lists = 0; lists < 2; ++lists) {
    v1::QuestionList& list = *wide.mutable_all()->add_questions()->mutable_any();
    for (int i = 0; i < (kMaxQuestions - 3) / 2; ++i) list.add_questions()->set_has_tier(true);
  }
  CHECK(check(wide).ok());
  wide.mutable_all()->add_questions()->set_has_tier(true);
  wide.mutable_all()->add_questions()->set_has_tier(true);
  CHECK(reason_of(check(wide)) == v1::REASON_TOO_LARGE);

  v1::Question large;
  for (int i = 0; i < 1000; ++i) {
    large.mutable_tags()->add_names(absl::StrCat("t", i));
  }
  CHECK(check(large).ok());
  large.mutable_tags()->add_names("one more");
  CHECK(reason_of(check(large)) == v1::REASON_TOO_LARGE);
  v1::Question heavy;
  for (int i = 0; i < 3; ++i) {
    v1::NameList& names = *heavy.mutable_all()->add_questions()->mutable_tags();
    for (int k = 0; k < 1000; ++k) names.add_names(std::string(100, 'x'));
  }
  CHECK(reason_of(check(heavy)) == v1::REASON_TOO_LARGE);
}

TEST_CASE("a group's name is plain") {
  CHECK(check_group_id("Best-of_2026.1", "f").ok());
  CHECK(check_group_id(std::string(64, 'x'), "f").ok());
  CHECK(reason_of(check_group_id("", "f")) == v1::REASON_FIELD_MISSING);
  for (const std::string& name : {std::string(65, 'x'), std::string("a b"), std::string("קבוצה")}) {
    CHECK(reason_of(check_group_id(name, "f")) == v1::REASON_FIELD_INVALID);
  }
}

}  // namespace
}  // namespace moadon
