#include "client/cli/call_words.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/language.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

// A session that connects nowhere, and its words.
struct Speaker {
  explicit Speaker(Language language) : session(options(language), out, out) {}

  static GlobalOptions options(Language language) {
    GlobalOptions options;
    options.language = language;
    return options;
  }

  std::ostringstream out;
  Session session;
};

// Without the marks that keep numbers reading from left to right.
std::string bare(std::string text) {
  for (const std::string mark : {"\u2066", "\u2069"}) {
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
      text.erase(at, mark.size());
    }
  }
  return text;
}

v1::Call call(std::int64_t purchase_days, std::int64_t silent_days, std::int64_t gap_milli,
              std::int64_t spend_minor) {
  v1::Call call;
  call.set_purchase_day_count(purchase_days);
  call.set_silent_days(silent_days);
  call.set_own_gap_days_milli(gap_milli);
  call.set_last_year_spend_minor(spend_minor);
  call.set_stage_since_date("2026-03-01");
  return call;
}

TEST_CASE("why somebody is worth a call is said in both languages") {
  struct Row {
    v1::Call given;
    std::string english;
    std::string hebrew;
  };
  const std::vector<Row> rows = {
      {call(9, 41, 12'400, 320'000),
       "bought every 12 days, silent for 41 days; ₪3,200.00 in the year before",
       "קנייה כל 12 ימים, כבר 41 ימים ללא קנייה; ₪3,200.00 בשנה שלפני כן"},
      {call(9, 1, 1'400, 5), "bought every day, silent for 1 day; ₪0.05 in the year before",
       "קנייה כל יום, כבר יום אחד ללא קנייה; ₪0.05 בשנה שלפני כן"},
      {call(2, 2, 1'500, 5), "bought every 2 days, silent for 2 days; ₪0.05 in the year before",
       "קנייה כל יומיים, כבר יומיים ללא קנייה; ₪0.05 בשנה שלפני כן"},
      {call(2, 0, 400, 5), "bought every day, the last time today; ₪0.05 in the year before",
       "קנייה כל יום, האחרונה היום; ₪0.05 בשנה שלפני כן"},
      {call(1, 41, 30'000, 12'000), "bought once, 41 days ago, ₪120.00",
       "קנייה אחת, לפני 41 ימים, ₪120.00"},
      {call(1, 0, 30'000, 12'000), "bought for the first time today, ₪120.00",
       "קנייה ראשונה היום, ₪120.00"},
      {call(0, -1, 30'000, 0), "never bought; in this stage since 2026-03-01",
       "טרם נקנה דבר; בשלב זה מאז 1.3.2026"},
  };
  const Speaker english(Language::kEnglish);
  const Speaker hebrew(Language::kHebrew);
  for (const Row& row : rows) {
    CHECK(call_reason(english.session, row.given, {"ILS"}) == row.english);
    CHECK(bare(call_reason(hebrew.session, row.given, {"ILS"})) == row.hebrew);
  }
}

TEST_CASE("reasons for a review are told with the last decision") {
  v1::Review review;
  *review.mutable_member() = call(3, 400, 30'000, 0);
  review.add_reasons(v1::REVIEW_REASON_SILENT);
  review.add_reasons(v1::REVIEW_REASON_REFUSES);
  const Speaker english(Language::kEnglish);
  const Speaker hebrew(Language::kHebrew);
  CHECK(review_reason(english.session, review, absl::UTCTimeZone()) ==
        "no purchase for 400 days; wants no services");
  review.set_last_outcome(v1::REVIEW_OUTCOME_CONTACT);
  review.mutable_last_review_time()->set_seconds(1'767'225'600);  // 2026-01-01
  CHECK(review_reason(english.session, review, absl::UTCTimeZone()) ==
        "no purchase for 400 days; wants no services (decided on 2026-01-01: contact)");
  CHECK(bare(review_reason(hebrew.session, review, absl::UTCTimeZone())) ==
        "ללא קנייה כבר 400 ימים; אין רצון בשירותים שלנו (הוחלט ב-1.1.2026: ליצור קשר)");
}

TEST_CASE("every reason has words of its own in both languages") {
  for (const Language language : {Language::kEnglish, Language::kHebrew}) {
    const Speaker speaker(language);
    std::vector<std::string> all;
    for (int reason = v1::ReviewReason_MIN + 1; reason <= v1::ReviewReason_MAX; ++reason) {
      v1::Review review;
      review.add_reasons(static_cast<v1::ReviewReason>(reason));
      const std::string words = review_reason(speaker.session, review, absl::UTCTimeZone());
      CHECK(words.find("another") == std::string::npos);
      CHECK(std::find(all.begin(), all.end(), words) == all.end());
      all.push_back(words);
    }
  }
}

}  // namespace
}  // namespace moadon::cli
