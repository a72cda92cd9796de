#include "client/cli/call_words.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace moadon::cli {
namespace {

// "every 12 days", rounded half up, a day at least.
std::string every_so_often(const Session& session, std::int64_t gap_days_milli) {
  constexpr std::int64_t kMilliInDay = 1000;
  const std::int64_t days =
      std::max<std::int64_t>((gap_days_milli + kMilliInDay / 2) / kMilliInDay, 1);
  if (days == 1) return session.say({"every day", "כל יום"});
  return session.say({"every ", "כל "}) + session.days(days);
}

std::string never_bought(const Session& session, const v1::Call& call) {
  return session.say({"never bought; in this stage since ", "טרם נקנה דבר; בשלב זה מאז "}) +
         session.date(call.stage_since_date());
}

std::string bought_once(const Session& session, const v1::Call& call, const std::string& spent) {
  if (call.silent_days() == 0) {
    return session.say({"bought for the first time today, ", "קנייה ראשונה היום, "}) + spent;
  }
  return absl::StrCat(session.say({"bought once, ", "קנייה אחת, לפני "}),
                      session.days(call.silent_days()), session.say({" ago, ", ", "}), spent);
}

std::string one_reason(const Session& session, v1::ReviewReason reason, const v1::Call& member) {
  switch (reason) {
    case v1::REVIEW_REASON_SILENT:
      return session.say({"no purchase for ", "ללא קנייה כבר "}) +
             session.days(member.silent_days());
    case v1::REVIEW_REASON_DISCONTINUED:
      return session.say({"bought only discontinued products", "נקנו רק מוצרים שאינם נמכרים עוד"});
    case v1::REVIEW_REASON_REFUSES:
      return session.say({"wants no services", "אין רצון בשירותים שלנו"});
    case v1::REVIEW_REASON_NEVER_BOUGHT:
      return session.say(
          {"never bought, and not heard of for long", "לא נקנה דבר, וזמן רב לא נשמע דבר"});
    default:
      return session.say({"another reason", "סיבה אחרת"});
  }
}

std::string last_decision(const Session& session, const v1::Review& review, absl::TimeZone zone) {
  const Text outcome = review.last_outcome() == v1::REVIEW_OUTCOME_KEEP ? Text{"keep", "להשאיר"}
                       : review.last_outcome() == v1::REVIEW_OUTCOME_CONTACT
                           ? Text{"contact", "ליצור קשר"}
                           : Text{"archive", "לארכיון"};
  return absl::StrCat(session.say({" (decided on ", " (הוחלט ב-"}),
                      session.date_of(review.last_review_time(), zone), ": ", session.say(outcome),
                      ")");
}

}  // namespace

std::string call_reason(const Session& session, const v1::Call& call, const Money& money) {
  if (call.purchase_day_count() == 0) return never_bought(session, call);
  const std::string spent = session.plain(money.with_sign(call.last_year_spend_minor()));
  if (call.purchase_day_count() == 1) return bought_once(session, call, spent);
  const std::string silence =
      call.silent_days() == 0
          ? session.say({"the last time today", "האחרונה היום"})
          : absl::StrCat(session.say({"silent for ", "כבר "}), session.days(call.silent_days()),
                         session.say({"", " ללא קנייה"}));
  return absl::StrCat(session.say({"bought ", "קנייה "}),
                      every_so_often(session, call.own_gap_days_milli()), ", ", silence, "; ",
                      spent, session.say({" in the year before", " בשנה שלפני כן"}));
}

std::string review_reason(const Session& session, const v1::Review& review, absl::TimeZone zone) {
  std::string words;
  for (const int reason : review.reasons()) {
    absl::StrAppend(&words, words.empty() ? "" : "; ",
                    one_reason(session, static_cast<v1::ReviewReason>(reason), review.member()));
  }
  if (review.last_outcome() != v1::REVIEW_OUTCOME_UNSPECIFIED) {
    words += last_decision(session, review, zone);
  }
  return words;
}

std::string outcome_code(v1::ReviewOutcome outcome) {
  switch (outcome) {
    case v1::REVIEW_OUTCOME_KEEP:
      return "keep";
    case v1::REVIEW_OUTCOME_CONTACT:
      return "contact";
    case v1::REVIEW_OUTCOME_ARCHIVE:
      return "archive";
    default:
      return "";
  }
}

}  // namespace moadon::cli
