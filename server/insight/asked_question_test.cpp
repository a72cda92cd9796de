#include "server/insight/asked_question.h"

#include <limits>

#include "google/protobuf/text_format.h"
#include "rules/calendar.h"
#include "server/insight/picture_facts.h"
#include "server/insight/top_border.h"
#include "tests/catch.h"
#include "tests/random_question.h"

namespace moadon {
namespace {

const absl::CivilDay kToday(2026, 6, 15);
constexpr PictureParts kAllParts = ~PictureParts{0};

v1::Question question_of(const std::string& text) {
  v1::Question question;
  INFO(text);
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &question));
  return question;
}

MemberPicture picture_for(const AskedQuestion& asked) {
  MemberPicture picture;
  picture.parts = kAllParts;
  picture.met_day = day_number(kToday) - 100;
  picture.last_days.resize(asked.last_days().size());
  picture.bought_milli.resize(asked.bought().size());
  return picture;
}

// Whether `question` fits a member whom `make` describes.
template <typename Make>
bool fits(const std::string& question, Make make) {
  const v1::Question parsed = question_of(question);
  AskedQuestion asked(parsed, {kToday, StageNumbers()});
  MemberPicture picture = picture_for(asked);
  make(picture);
  const Fit fit = asked.fit(picture);
  REQUIRE(fit != Fit::kUnread);
  return fit == Fit::kYes;
}

TEST_CASE("what is not known fits no question about it, and its not") {
  const auto nothing = [](MemberPicture&) {};
  for (const std::string about :
       {"age_years { at_least: 0 }", "rhythm_days { at_least: 0 }", "silent_days { at_least: 0 }",
        "cities { names: 'x' }", "languages { names: 'he' }", "branches { names: 'b1' }",
        "source { }", "consent { }", "birthday_within_days: 366", "anniversary_within_days: 366",
        "custom { field_id: 'f' }", "custom { field_id: 'f' number { at_least: 0 } }",
        "tags { names: 'vip' }", "bought { }", "bought { quantity_milli { at_most: 9 } }",
        "top { share_bps: 10000 }"}) {
    CAPTURE(about);
    CHECK_FALSE(fits(about, nothing));
    CHECK(fits("not { " + about + " }", nothing));
    CHECK_FALSE(fits("not { not { " + about + " } }", nothing));
  }
  // What can be asked as not known.
  CHECK(fits("genders { genders: GENDER_UNSPECIFIED }", nothing));
  CHECK(fits("family_statuses { family_statuses: FAMILY_STATUS_UNSPECIFIED }", nothing));
  CHECK(fits("missing { names: 'city' }", nothing));
  // Nothing bought is known: it is nothing.
  CHECK(fits("spend { spend_minor { at_most: 0 } }", nothing));
  CHECK(fits("purchase_days { day_count { at_most: 0 } last_days: 9 }", nothing));
  CHECK(fits("points_milli { at_most: 0 }", nothing));
}

TEST_CASE("borders of ranges are in them") {
  struct Case {
    const char* question;
    bool (*fits_value)(const std::string& question, int64_t value);
  };
  const Case cases[] = {
      {"spend { spend_minor { at_least: 5 at_most: 7 } }",
       [](const std::string& question, int64_t value) {
         return fits(question, [&](MemberPicture& p) { p.ever = {1, value}; });
       }},
      {"purchase_days { day_count { at_least: 5 at_most: 7 } }",
       [](const std::string& question, int64_t value) {
         return fits(question, [&](MemberPicture& p) { p.ever = {value, 0}; });
       }},
      {"spend { spend_minor { at_least: 5 at_most: 7 } last_days: 30 }",
       [](const std::string& question, int64_t value) {
         return fits(question, [&](MemberPicture& p) { p.last_days[0] = {1, value}; });
       }},
      {"silent_days { at_least: 5 at_most: 7 }",
       [](const std::string& question, int64_t value) {
         return fits(question,
                     [&](MemberPicture& p) { p.last_purchase_day = day_number(kToday) - value; });
       }},
      {"met_days_ago { at_least: 5 at_most: 7 }",
       [](const std::string& question, int64_t value) {
         return fits(question, [&](MemberPicture& p) { p.met_day = day_number(kToday) - value; });
       }},
      {"points_milli { at_least: 5 at_most: 7 }",
       [](const std::string& question, int64_t value) {
         return fits(question, [&](MemberPicture& p) { p.points_milli = value; });
       }},
      {"bought { quantity_milli { at_least: 5 at_most: 7 } }",
       [](const std::string& question, int64_t value) {
         return fits(question, [&](MemberPicture& p) { p.bought_milli[0] = value; });
       }},
      {"custom { field_id: 'f' number { at_least: 5 at_most: 7 } }",
       [](const std::string& question, int64_t value) {
         return fits(question, [&](MemberPicture& p) {
           p.custom_values = {{"g", "6"}, {"f", std::to_string(value) + ".9"}};
         });
       }},
      {"age_years { at_least: 5 at_most: 7 }",
       [](const std::string& question, int64_t value) {
         return fits(question, [&](MemberPicture& p) {
           p.birth_date = format_day(absl::CivilDay(kToday.year() - value, 6, 15));
         });
       }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.question);
    CHECK_FALSE(c.fits_value(c.question, 4));
    CHECK(c.fits_value(c.question, 5));
    CHECK(c.fits_value(c.question, 7));
    CHECK_FALSE(c.fits_value(c.question, 8));
  }
}

TEST_CASE("days that have not come count as today") {
  const auto tomorrow = [](MemberPicture& p) {
    p.last_purchase_day = day_number(kToday) + 1;
    p.met_day = day_number(kToday) + 1;
  };
  CHECK(fits("silent_days { at_most: 0 }", tomorrow));
  CHECK(fits("met_days_ago { at_most: 0 }", tomorrow));
}

TEST_CASE("net spend is never below zero") {
  const auto returned = [](MemberPicture& p) {
    p.ever.spend_minor = -500;
    for (DaysSum& sum : p.last_days) sum = {1, -500};
  };
  CHECK(fits("spend { spend_minor { at_least: 0 at_most: 0 } }", returned));
  CHECK(fits("spend { spend_minor { at_least: 0 at_most: 0 } last_days: 5 }", returned));
}

TEST_CASE("cities are the same in upper and lower case") {
  const auto lives_in = [](const char* folded) {
    return [folded](MemberPicture& p) { p.folded_city = folded; };
  };
  CHECK(fits("cities { names: 'TEL AVIV ' }", lives_in("tel aviv")));
  CHECK(fits("cities { names: 'ÉVRY' }", lives_in("évry")));
  CHECK_FALSE(fits("cities { names: 'Tel-Aviv' }", lives_in("tel aviv")));
}

TEST_CASE("days asked for are read once for all questions") {
  const v1::Question question = question_of(
      "all { questions { spend { spend_minor { at_least: 1 } last_days: 90 } }"
      " questions { purchase_days { day_count { at_least: 1 } last_days: 30 } }"
      " questions { top { share_bps: 1 last_days: 90 } }"
      " questions { spend { spend_minor { at_least: 1 } } } }");
  const AskedQuestion asked(question, {kToday, StageNumbers()});
  CHECK(asked.last_days() == std::vector<int>{90, 30});
  CHECK(asked.parts() == bits(PicturePart::kDays));
  REQUIRE(asked.top() != nullptr);
}

TEST_CASE("parts that are not needed are not asked for") {
  const auto parts = [](const std::string& text) {
    const v1::Question question = question_of(text);
    return AskedQuestion(question, {kToday, StageNumbers()}).parts();
  };
  CHECK(parts("stages { stages: STAGE_LOYAL }") == 0);
  CHECK(parts("spend { spend_minor { at_least: 1 } }") == 0);
  CHECK(parts("top { share_bps: 100 }") == 0);
  CHECK(parts("silent_days { at_least: 1 }") == 0);
  CHECK(parts("missing { names: 'phone' names: 'custom.x' }") ==
        (bits(PicturePart::kKeys) | bits(PicturePart::kCustomValues)));
  CHECK(parts("bought { }") == bits(PicturePart::kLines));
  CHECK(parts("not { age_years { at_least: 1 } }") == bits(PicturePart::kProfile));
}

// A picture in which every part has something.
MemberPicture random_picture(Dice& dice, const AskedQuestion& asked) {
  MemberPicture picture = picture_for(asked);
  const QuestionNames names;
  picture.stage = static_cast<v1::Stage>(dice.between(1, 6));
  picture.tier_id = dice.one_in(2) ? names.tiers[0] : "";
  picture.has_signed_up = dice.one_in(2);
  picture.refuses = dice.one_in(4);
  picture.is_archived = dice.one_in(4);
  picture.ever = {dice.between(0, 4), dice.between(0, 20'000)};
  picture.birth_date = dice.one_in(2) ? "1990-07-01" : "";
  picture.gender = static_cast<int>(dice.below(4));
  picture.city = picture.folded_city = dice.one_in(2) ? "eilat" : "";
  picture.has_phone = dice.one_in(2);
  if (dice.one_in(2)) picture.tags = {names.tags[0]};
  if (dice.one_in(2)) picture.custom_values = {{kShoeField, "41"}};
  if (dice.one_in(2)) hear(v1::CONTACT_CHANNEL_SMS, {1, true}, picture.consents);
  picture.branch_id = dice.one_in(2) ? "b1" : "";
  // Days agree with the last one: before a window nothing was bought in it.
  if (!dice.one_in(4)) picture.last_purchase_day = day_number(kToday) - dice.below(130);
  for (size_t i = 0; i < picture.last_days.size(); ++i) {
    const bool has_day = picture.last_purchase_day &&
                         *picture.last_purchase_day > day_number(kToday) - asked.last_days()[i];
    picture.last_days[i] = {has_day ? dice.between(1, 3) : 0, dice.between(0, 9000)};
  }
  for (int64_t& bought : picture.bought_milli) bought = dice.between(0, 2) * 1000;
  picture.points_milli = dice.between(0, 3000);
  return picture;
}

TEST_CASE("an answer given before all is read is the answer") {
  int early = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    Dice dice(seed);
    const v1::Question question = RandomQuestion(dice, true).make(4);
    AskedQuestion asked(question, {kToday, StageNumbers()});
    asked.set_top_border(5000);
    MemberPicture picture = random_picture(dice, asked);
    const Fit whole = asked.fit(picture);
    CAPTURE(seed, question.ShortDebugString());
    REQUIRE(whole != Fit::kUnread);
    picture.parts = static_cast<PictureParts>(dice.next()) & asked.parts();
    const Fit partly = asked.fit(picture);
    CHECK((partly == whole || partly == Fit::kUnread));
    early += partly == whole && picture.parts != asked.parts() ? 1 : 0;
  }
  CHECK(early > 300);
}

TEST_CASE("the best are a share rounded up, with all who stand at the border") {
  constexpr int64_t kNobody = std::numeric_limits<int64_t>::max();
  CHECK(border_of({}, 10'000) == kNobody);
  CHECK(border_of({7}, 1) == 7);
  const std::vector<int64_t> ten = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100};
  CHECK(border_of(ten, 1000) == 100);  // one of ten
  CHECK(border_of(ten, 1001) == 90);   // 1.001: two
  CHECK(border_of(ten, 2000) == 90);
  CHECK(border_of(ten, 1) == 100);
  CHECK(border_of(ten, 9999) == 10);
  CHECK(border_of(ten, 10'000) == 10);
  CHECK(border_of({5, 9, 5, 5, 1}, 2500) == 5);  // two: the nine and all fives
  CHECK(border_of({0, 0, 0}, 100) == 0);
}

}  // namespace
}  // namespace moadon
