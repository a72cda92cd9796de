#include "server/insight/review_reasons.h"

#include <string>

#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int64_t kToday = 20'000;
using Reasons = std::vector<v1::ReviewReason>;

ReviewFacts bought(int64_t days_ago) {
  ReviewFacts facts;
  facts.last_purchase_day = kToday - days_ago;
  facts.last_seen_day = kToday - days_ago;
  return facts;
}

TEST_CASE("silence is a reason from the day the settings name") {
  CHECK(review_reasons(bought(364), {}, kToday) == Reasons{});
  CHECK(review_reasons(bought(365), {}, kToday) == Reasons{v1::REVIEW_REASON_SILENT});
  CHECK(review_reasons(bought(10), {10, 180}, kToday) == Reasons{v1::REVIEW_REASON_SILENT});
  CHECK(review_reasons(bought(9), {10, 180}, kToday) == Reasons{});
}

TEST_CASE("who kept nothing is looked at when nothing was heard of them for as long") {
  ReviewFacts facts;
  facts.last_seen_day = kToday - 365;
  CHECK(review_reasons(facts, {}, kToday) == Reasons{v1::REVIEW_REASON_NEVER_BOUGHT});
  facts.last_seen_day = kToday - 364;
  CHECK(review_reasons(facts, {}, kToday) == Reasons{});
}

TEST_CASE("all reasons are told, in their order") {
  ReviewFacts facts = bought(500);
  facts.has_only_discontinued = true;
  facts.refuses_services = true;
  CHECK(review_reasons(facts, {}, kToday) == Reasons{v1::REVIEW_REASON_SILENT,
                                                     v1::REVIEW_REASON_DISCONTINUED,
                                                     v1::REVIEW_REASON_REFUSES});
  facts = bought(0);
  facts.refuses_services = true;
  CHECK(review_reasons(facts, {}, kToday) == Reasons{v1::REVIEW_REASON_REFUSES});
}

TEST_CASE("keeping and contacting pause, archiving does not") {
  for (const auto outcome : {v1::REVIEW_OUTCOME_KEEP, v1::REVIEW_OUTCOME_CONTACT}) {
    CHECK(pauses_review(outcome, kToday, {}, kToday));
    CHECK(pauses_review(outcome, kToday - 179, {}, kToday));
    CHECK_FALSE(pauses_review(outcome, kToday - 180, {}, kToday));
    CHECK_FALSE(pauses_review(outcome, kToday - 30, {365, 30}, kToday));
  }
  CHECK_FALSE(pauses_review(v1::REVIEW_OUTCOME_ARCHIVE, kToday, {}, kToday));
  CHECK_FALSE(pauses_review(v1::REVIEW_OUTCOME_UNSPECIFIED, kToday, {}, kToday));
}

TEST_CASE("settings that say nothing mean the defaults") {
  CHECK(review_numbers({}).silent_days == 365);
  CHECK(review_numbers({}).pause_days == 180);
  v1::ClubSettings settings;
  settings.set_review_silent_days(100);
  settings.set_review_pause_days(7);
  CHECK(review_numbers(settings).silent_days == 100);
  CHECK(review_numbers(settings).pause_days == 7);
}

}  // namespace
}  // namespace moadon
