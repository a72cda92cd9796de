#include "client/cli/question_text.h"

#include "client/cli/question_tokens.h"
#include "client/cli/question_words.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/catch.h"
#include "tests/random_question.h"

namespace moadon::cli {
namespace {

using google::protobuf::util::MessageDifferencer;

v1::Question understood(const std::string& text, int money_digits = 2) {
  const auto parsed = parse_question(text, money_digits);
  if (const auto* const fault = std::get_if<QuestionFault>(&parsed)) {
    FAIL(text << ": " << fault->text(Language::kEnglish));
  }
  return std::get<v1::Question>(parsed);
}

QuestionFault fault_of(const std::string& text) {
  const auto parsed = parse_question(text, 2);
  if (const auto* const question = std::get_if<v1::Question>(&parsed)) {
    FAIL(text << " was understood: " << question->ShortDebugString());
  }
  return std::get<QuestionFault>(parsed);
}

TEST_CASE("what is written means the question it says") {
  struct Case {
    const char* text;
    const char* question;
  };
  const Case cases[] = {
      {"stage = loyal", "stages { stages: STAGE_LOYAL }"},
      {"stage in (new, ACTIVE)", "stages { stages: STAGE_NEW stages: STAGE_ACTIVE }"},
      {"tier = gold", "tiers { names: 'gold' }"},
      {"tier in (gold, 'not so')", "tiers { names: 'gold' names: 'not so' }"},
      {"has tier", "has_tier: true"},
      {"has no tier", "has_tier: false"},
      {"spend >= 1000", "spend { spend_minor { at_least: 100000 } }"},
      {"spend in 365 days >= 1000.50", "spend { spend_minor { at_least: 100050 } last_days: 365 }"},
      {"spend <= 5 in 1 day", "spend { spend_minor { at_most: 500 } last_days: 1 }"},
      {"spend > 1", "spend { spend_minor { at_least: 101 } }"},
      {"spend < 1", "spend { spend_minor { at_most: 99 } }"},
      {"spend = 0", "spend { spend_minor { at_least: 0 at_most: 0 } }"},
      {"purchase days in 90 days between 2 and 4",
       "purchase_days { day_count { at_least: 2 at_most: 4 } last_days: 90 }"},
      {"rhythm <= 14 days", "rhythm_days { at_most: 14 }"},
      {"silent >= 60 days", "silent_days { at_least: 60 }"},
      {"silent >= 60", "silent_days { at_least: 60 }"},
      {"bought", "bought { }"},
      {"bought category \"bakery\" in 90 days",
       "bought { filter { categories: 'bakery' } last_days: 90 }"},
      {"bought in 90 days category bakery",
       "bought { filter { categories: 'bakery' } last_days: 90 }"},
      {"bought sku (A1, A2) sku prefix 72 brand Roma except brand 'No Name' except sku A3 except "
       "sku prefix 73 except category x at branch (b1, b2) units >= 2.5",
       "bought { filter { skus: 'A1' skus: 'A2' sku_prefixes: '72' brands: 'Roma' excluded_brands: "
       "'No Name' excluded_skus: 'A3' excluded_sku_prefixes: '73' excluded_categories: 'x' } "
       "branch_ids: 'b1' branch_ids: 'b2' quantity_milli { at_least: 2500 } }"},
      {"age between 18 and 35", "age_years { at_least: 18 at_most: 35 }"},
      {"gender in (female, unknown)",
       "genders { genders: GENDER_FEMALE genders: GENDER_UNSPECIFIED }"},
      {"family = couple", "family_statuses { family_statuses: FAMILY_STATUS_COUPLE }"},
      {"city in (\"Tel Aviv\", חיפה)", "cities { names: 'Tel Aviv' names: 'חיפה' }"},
      {"city = 'צה\"ל'", "cities { names: 'צה\"ל' }"},
      {"branch = b1", "branches { names: 'b1' }"},
      {"has source", "source { }"},
      {"source = campaign", "source { kind: SOURCE_KIND_CAMPAIGN }"},
      {"source = landing-page named spring",
       "source { kind: SOURCE_KIND_LANDING_PAGE name: 'spring' }"},
      {"source named spring", "source { name: 'spring' }"},
      {"tag = vip", "tags { names: 'vip' }"},
      {"consent sms", "consent { channel: CONTACT_CHANNEL_SMS }"},
      {"consent any", "consent { }"},
      {"missing phone", "missing { names: 'phone' }"},
      {"missing (phone, custom.shoe)", "missing { names: 'phone' names: 'custom.shoe' }"},
      {"birthday within 14 days", "birthday_within_days: 14"},
      {"anniversary within 0 days", "anniversary_within_days: 0"},
      {"field shoe >= -3", "custom { field_id: 'shoe' number { at_least: -3 } }"},
      {"field color = red", "custom { field_id: 'color' one_of { names: 'red' } }"},
      {"has field color", "custom { field_id: 'color' }"},
      {"top 10% by spend", "top { share_bps: 1000 }"},
      {"top 2.25 % by spend in 365 days", "top { share_bps: 225 last_days: 365 }"},
      {"met <= 30 days ago", "met_days_ago { at_most: 30 }"},
      {"has signed up", "has_signed_up: true"},
      {"has not signed up", "has_signed_up: false"},
      {"refuses services", "refuses_services: true"},
      {"wants services", "refuses_services: false"},
      {"is archived", "is_archived: true"},
      {"is not archived", "is_archived: false"},
      {"language = he", "languages { names: 'he' }"},
      {"points >= 1.5", "points_milli { at_least: 1500 }"},
      {"not has tier", "not { has_tier: true }"},
      {"has tier and is archived or bought",
       "any { questions { all { questions { has_tier: true } questions { is_archived: true } } } "
       "questions { bought { } } }"},
      {"has tier and (is archived or bought)",
       "all { questions { has_tier: true } questions { any { questions { is_archived: true } "
       "questions { bought { } } } } }"},
      {"((has tier))", "has_tier: true"},
      {"all (has tier, bought or is archived)",
       "all { questions { has_tier: true } questions { any { questions { bought { } } questions { "
       "is_archived: true } } } }"},
      {"any (has tier)", "any { questions { has_tier: true } }"},
      {" STAGE=loyal\n AND\tnot Bought ",
       "all { questions { stages { stages: STAGE_LOYAL } } questions { not { bought { } } } }"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    v1::Question expected;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(c.question, &expected));
    const v1::Question question = understood(c.text);
    CAPTURE(question.ShortDebugString());
    CHECK(MessageDifferencer::Equals(question, expected));
    const std::string printed = question_text(question, 2);
    CAPTURE(printed);
    CHECK(MessageDifferencer::Equals(understood(printed), expected));
  }
}

TEST_CASE("money has the digits of its currency") {
  CHECK(understood("spend >= 12", 0).spend().spend_minor().at_least() == 12);
  CHECK(understood("spend >= 12.345", 3).spend().spend_minor().at_least() == 12345);
  CHECK(question_text(understood("spend >= 12", 3), 3) == "spend >= 12.000");
  CHECK(question_text(understood("spend >= 12", 0), 0) == "spend >= 12");
  CHECK(std::holds_alternative<QuestionFault>(parse_question("spend >= 12.5", 0)));
}

TEST_CASE("a fault points at the place where something else was expected") {
  struct Case {
    const char* text;
    size_t at;
    const char* found;
    const char* expected;  // a part of it
  };
  const Case cases[] = {
      {"", 0, "", "a question"},
      {"stage", 5, "", "="},
      {"stage = loud", 8, "loud", "loyal"},
      {"stage in loyal", 9, "loyal", "("},
      {"stage in (loyal", 15, "", ")"},
      {"stage = loyal active", 14, "active", "and, or"},
      {"stage = loyal and", 17, "", "a question"},
      {"and has tier", 0, "and", "a question"},
      {"(has tier", 9, "", ")"},
      {"has tier)", 8, ")", "and, or"},
      {"spend >= much", 9, "much", "2 digits"},
      {"spend >= 1.005", 9, "1.005", "2 digits"},
      {"spend >= 99999999999999999999", 9, "99999999999999999999", "2 digits"},
      {"spend in x days >= 5", 9, "x", "1..36500"},
      {"spend in 0 days >= 5", 9, "0", "1..36500"},
      {"spend in 5 weeks >= 5", 11, "weeks", "days"},
      {"spend in 5 days", 15, "", "between"},
      {"purchase >= 5", 9, ">=", "days"},
      {"age between 35 and 18", 19, "18", "a number"},
      {"age >= 18.5", 7, "18.5", "a whole number"},
      {"bought category and has tier", 16, "and", "a name"},
      {"bought except at branch b1", 14, "at", "sku"},
      {"bought in 5 days in 6 days", 17, "in", "and, or"},
      {"city = \"Tel Aviv", 7, "\"Tel Aviv", "a name"},
      {"city = ''", 7, "", "a name"},
      {"city ! x", 5, "! x", "= or in"},
      {"top 0% by spend", 4, "0", "0.01..100"},
      {"top 101% by spend", 4, "101", "0.01..100"},
      {"top 10 by spend", 7, "by", "%"},
      {"birthday within 367 days", 16, "367", "0..366"},
      {"has points", 4, "points", "tier"},
      {"field shoe", 10, "", "between"},
      {"source spring", 7, "spring", "named"},
      {"consent fax", 8, "fax", "sms"},
  };
  for (const Case& c : cases) {
    const QuestionFault fault = fault_of(c.text);
    CAPTURE(c.text, fault.at, fault.found, fault.expected_english);
    CHECK(fault.at == c.at);
    CHECK(fault.found == c.found);
    CHECK(fault.expected_english.find(c.expected) != std::string::npos);
    CHECK_FALSE(fault.expected_hebrew.empty());
    CHECK(fault.text(Language::kHebrew) != fault.text(Language::kEnglish));
  }
}

TEST_CASE("parentheses without end are refused, not followed") {
  const std::string many(100'000, '(');
  CHECK(fault_of(many + "has tier").expected_english.find("parentheses") != std::string::npos);
  std::string nots;
  for (int i = 0; i < 100'000; ++i) nots += "not ";
  CHECK(fault_of(nots + "has tier").expected_english.find("parentheses") != std::string::npos);
}

TEST_CASE("what is printed is read back as the same question") {
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    Dice dice(seed);
    const v1::Question question = RandomQuestion(dice, true).make(5);
    const std::string text = question_text(question, 2);
    const auto parsed = parse_question(text, 2);
    CAPTURE(seed, text, question.ShortDebugString());
    REQUIRE(std::holds_alternative<v1::Question>(parsed));
    CHECK(MessageDifferencer::Equals(std::get<v1::Question>(parsed), question));
  }
}

TEST_CASE("what was shown between marks of direction can be written again") {
  const std::string text = "city in (חיפה, \"תל אביב\") and tag = vip";
  const std::string shown = left_to_right(text, Language::kHebrew);
  REQUIRE(shown != text);
  CHECK(MessageDifferencer::Equals(understood(shown), understood(text)));
  v1::Question marked;
  marked.mutable_tags()->add_names("a\u200fb");
  CHECK(MessageDifferencer::Equals(understood(question_text(marked, 2)), marked));
}

TEST_CASE("any name can be quoted") {
  Dice dice(3);
  for (int round = 0; round < 2000; ++round) {
    std::string name;
    for (int64_t left = dice.between(1, 6); left > 0; --left) {
      name += dice.any_of<const char*>({"a", " ", "\"", "'", "\\", "ש", "(", ",", "%", "=", "and"});
    }
    v1::Question question;
    question.mutable_tags()->add_names(name);
    const std::string text = question_text(question, 2);
    CAPTURE(text);
    CHECK(understood(text).tags().names(0) == name);
  }
}

TEST_CASE("any text is answered, understood or not") {
  Dice dice(5);
  const std::string letters = "stage=loyal (),%<>!'\"\\bought in 9 days and not or between .5-";
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (int64_t left = dice.between(0, 40); left > 0; --left) {
      text.push_back(
          letters[static_cast<size_t>(dice.below(static_cast<int64_t>(letters.size())))]);
    }
    const auto parsed = parse_question(text, 2);
    if (const auto* const fault = std::get_if<QuestionFault>(&parsed)) {
      CHECK(fault->at <= text.size());
      CHECK_FALSE(fault->expected_english.empty());
    }
  }
}

TEST_CASE("numbers are whole numbers of their last place") {
  CHECK(scaled_number("12.5", 2) == 1250);
  CHECK(scaled_number("12", 0) == 12);
  CHECK(scaled_number("-0.05", 2) == -5);
  CHECK(scaled_number("9223372036854775807", 0) == 9223372036854775807);
  for (const char* const text :
       {"", "-", ".", "1.", ".5", "1.234", "1,000", "1e3", "+1", "9223372036854775808"}) {
    CAPTURE(text);
    CHECK_FALSE(scaled_number(text, 2));
  }
  CHECK(number_text(1250, 2, Zeros::kKept) == "12.50");
  CHECK(number_text(1250, 2, Zeros::kDropped) == "12.5");
  CHECK(number_text(1200, 2, Zeros::kDropped) == "12");
  CHECK(number_text(-5, 2, Zeros::kKept) == "-0.05");
  CHECK(number_text(100, 0, Zeros::kDropped) == "100");
}

}  // namespace
}  // namespace moadon::cli
