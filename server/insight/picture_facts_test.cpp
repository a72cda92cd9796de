#include "server/insight/picture_facts.h"

#include "tests/catch.h"

namespace moadon {
namespace {

using absl::CivilDay;

TEST_CASE("a year of age is reached on the birthday") {
  struct Case {
    const char* birth_date;
    CivilDay today;
    absl::optional<int64_t> age;
  };
  const Case cases[] = {
      {"1990-05-17", CivilDay(2026, 5, 16), 35},
      {"1990-05-17", CivilDay(2026, 5, 17), 36},
      {"1990-05-17", CivilDay(2026, 5, 18), 36},
      {"2026-05-17", CivilDay(2026, 5, 17), 0},
      {"2026-05-18", CivilDay(2026, 5, 17), absl::nullopt},  // not born yet
      {"1990-12-31", CivilDay(2026, 1, 1), 35},
      {"1990-01-01", CivilDay(2026, 1, 1), 36},
      {"2000-02-29", CivilDay(2026, 2, 27), 25},
      {"2000-02-29", CivilDay(2026, 2, 28), 26},  // the 28th where there is no 29th
      {"2000-02-29", CivilDay(2028, 2, 28), 27},
      {"2000-02-29", CivilDay(2028, 2, 29), 28},
      {"2000-02-29", CivilDay(2027, 3, 1), 27},
      {"", CivilDay(2026, 5, 17), absl::nullopt},
      {"soon", CivilDay(2026, 5, 17), absl::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.birth_date, c.today);
    CHECK(age_on(c.birth_date, c.today) == c.age);
  }
}

TEST_CASE("a birthday is within so many days from today on, also across the year's end") {
  struct Case {
    const char* date;
    int days;
    CivilDay today;
    bool is_soon;
  };
  const Case cases[] = {
      {"1990-05-17", 0, CivilDay(2026, 5, 17), true},
      {"1990-05-17", 0, CivilDay(2026, 5, 16), false},
      {"1990-05-17", 1, CivilDay(2026, 5, 16), true},
      {"1990-05-17", 30, CivilDay(2026, 5, 18), false},  // yesterday
      {"1990-05-17", 364, CivilDay(2026, 5, 18), true},
      {"1990-05-17", 363, CivilDay(2026, 5, 18), false},
      {"1990-05-17", 366, CivilDay(2026, 5, 18), true},
      {"1990-01-03", 7, CivilDay(2026, 12, 27), true},
      {"1990-01-03", 6, CivilDay(2026, 12, 27), false},
      {"2000-02-29", 0, CivilDay(2026, 2, 28), true},
      {"2000-02-29", 0, CivilDay(2028, 2, 28), false},
      {"2000-02-29", 0, CivilDay(2028, 2, 29), true},
      {"2000-02-29", 1, CivilDay(2028, 2, 28), true},
      {"2000-02-29", 5, CivilDay(2026, 3, 1), false},
      {"", 366, CivilDay(2026, 3, 1), false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.date, c.days, c.today);
    CHECK(is_soon(c.date, c.days, c.today) == c.is_soon);
  }
}

TEST_CASE("a rhythm is rounded up to whole days") {
  const auto rhythm = [](int64_t days, int64_t first, int64_t last) {
    MemberPicture picture;
    picture.ever.day_count = days;
    if (days > 0) picture.first_purchase_day = first;
    if (days > 0) picture.last_purchase_day = last;
    return rhythm_days_of(picture, StageNumbers());
  };
  CHECK(rhythm(0, 0, 0) == absl::nullopt);
  CHECK(rhythm(1, 100, 100) == 30);  // (5 x 30) / 5
  CHECK(rhythm(2, 100, 130) == 30);  // (150 + 30) / 6
  CHECK(rhythm(2, 100, 131) == 31);  // 181 / 6 = 30.17
  CHECK(rhythm(2, 100, 106) == 26);  // 156 / 6
  CHECK(rhythm(6, 0, 50) == 20);     // 200 / 10
  CHECK(rhythm(6, 0, 51) == 21);     // 201 / 10
}

TEST_CASE("decimals are rounded down") {
  CHECK(rounded_down("42") == 42);
  CHECK(rounded_down("42.0") == 42);
  CHECK(rounded_down("42.999") == 42);
  CHECK(rounded_down("0") == 0);
  CHECK(rounded_down("-3") == -3);
  CHECK(rounded_down("-3.0") == -3);
  CHECK(rounded_down("-3.5") == -4);
  CHECK(rounded_down("-0.5") == -1);
  for (const char* const text :
       {"", "-", ".", "5.", ".5", "1,000", "1e3", "forty", "+4", "--4", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(rounded_down(text) == absl::nullopt);
  }
}

TEST_CASE("the newest word about a channel counts") {
  const auto newest = [](std::initializer_list<ChannelWord> own,
                         std::initializer_list<ChannelWord> others) {
    ChannelWords words;
    ChannelWords of_others;
    for (const ChannelWord& word : own) hear(v1::CONTACT_CHANNEL_SMS, word, words);
    for (const ChannelWord& word : others) hear(v1::CONTACT_CHANNEL_SMS, word, of_others);
    join(of_others, words);
    MemberPicture picture;
    picture.consents = words;
    v1::ConsentQuestion asked;
    asked.set_channel(v1::CONTACT_CHANNEL_SMS);
    const bool fits = fits_consent(asked, picture);
    v1::ConsentQuestion any;
    CHECK(fits_consent(any, picture) == fits);
    asked.set_channel(v1::CONTACT_CHANNEL_EMAIL);
    CHECK_FALSE(fits_consent(asked, picture));
    picture.refuses = true;
    CHECK_FALSE(fits_consent(any, picture));
    return fits;
  };
  CHECK_FALSE(newest({}, {}));
  CHECK(newest({{10, true}}, {}));
  CHECK_FALSE(newest({{10, true}, {11, false}}, {}));
  CHECK(newest({{11, true}, {10, false}}, {}));  // written down late, said before
  CHECK_FALSE(newest({{10, true}, {10, false}}, {}));
  CHECK(newest({{10, false}, {10, true}}, {}));
  CHECK(newest({}, {{10, true}}));
  CHECK_FALSE(newest({{10, true}}, {{11, false}}));
  CHECK(newest({{12, true}}, {{11, false}}));
  CHECK_FALSE(newest({{11, true}}, {{11, false}}));  // between two who are one: the refusal
  CHECK_FALSE(newest({{11, false}}, {{11, true}}));
}

TEST_CASE("a source fits by kind, by name, by both, or by being known") {
  MemberPicture picture;
  v1::SourceQuestion any;
  CHECK_FALSE(fits_source(any, picture));
  picture.source_kind = v1::SOURCE_KIND_CAMPAIGN;
  picture.source_name = "spring";
  CHECK(fits_source(any, picture));
  v1::SourceQuestion asked;
  asked.set_kind(v1::SOURCE_KIND_CAMPAIGN);
  CHECK(fits_source(asked, picture));
  asked.set_name("autumn");
  CHECK_FALSE(fits_source(asked, picture));
  asked.set_name("spring");
  CHECK(fits_source(asked, picture));
  asked.set_kind(v1::SOURCE_KIND_EVENT);
  CHECK_FALSE(fits_source(asked, picture));
  asked.clear_kind();
  CHECK(fits_source(asked, picture));
}

}  // namespace
}  // namespace moadon
