// Scores, cohorts, calls and reviews of a real club: what a page fixes, and who is left out.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/insight/call_list.h"
#include "server/insight/club_value.h"
#include "server/insight/cohorts.h"
#include "server/insight/member_scores.h"
#include "server/insight/review_list.h"
#include "server/operations/decide_review.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

// One sale of one unit at a price, at ten in the morning.
void buy(TestClub& test, const std::string& card, const std::string& date, int64_t price_minor) {
  const std::string receipt = absl::StrCat(card, " ", date, " ", price_minor);
  const v1::RecordOutcome outcome = test.record(
      "r1", sale(receipt, absl::StrCat(date, "T10:00:00Z"), card, {{"a", 1000, price_minor}}));
  REQUIRE(outcome.has_recorded());
}

void stand_on(TestClub& test, absl::string_view date) {
  test.clock().set(us(absl::StrCat(date, "T12:00:00Z")));
  test.age();
}

Texts scores_of(
    TestClub& test, int page_size, const std::function<void()>& between = [] {}) {
  v1::ListScoresRequest request;
  request.set_page_size(page_size);
  Texts found;
  for (int page = 0; page < 100; ++page) {
    const auto scores = list_scores(test.club(), request);
    REQUIRE(scores.ok());
    for (const v1::MemberScores& member : scores->members()) {
      found.push_back(absl::StrCat(member.scores().recency(), member.scores().frequency(),
                                   member.scores().money(), " ", member.net_spend_minor()));
    }
    if (scores->next_page_token().empty()) return found;
    request.set_page_token(scores->next_page_token());
    between();
  }
  FAIL("the scores do not end");
  return found;
}

TEST_CASE("what scores ask for is fixed by the first page") {
  TestClub test;
  for (int i = 1; i <= 5; ++i) test.enroll(absl::StrCat("c", i), "2026-01-01T09:00:00Z");
  for (int i = 1; i <= 5; ++i) {
    buy(test, absl::StrCat("c", i), absl::StrCat("2026-01-0", i), 100 * i);
  }
  const Texts all = {"111 100", "212 200", "313 300", "414 400", "515 500"};
  CHECK(scores_of(test, 1000) == all);
  CHECK(scores_of(test, 2) == all);
  // Somebody new between the pages moves nobody of the others.
  int members = 5;
  const Texts meanwhile = scores_of(test, 2, [&] {
    const std::string card = absl::StrCat("late", ++members);
    test.enroll(card, "2026-01-01T09:00:00Z");
    buy(test, card, "2026-01-06", 10'000);
  });
  REQUIRE(meanwhile.size() >= 5);
  CHECK(Texts(meanwhile.begin(), meanwhile.begin() + 5) == all);
}

TEST_CASE("who bought nothing they kept is not scored, and no program is no club") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  const auto none = count_scores(test.club());
  REQUIRE(none.ok());
  CHECK(none->member_count() == 0);
  CHECK(none->cells().empty());
  REQUIRE(none->money().size() == 5);
  CHECK(none->money(0).score() == 5);
  CHECK(scores_of(test, 10).empty());
  buy(test, "c1", "2026-01-02", 700);
  CHECK(scores_of(test, 10) == Texts{"111 700"});
  test.record("r1", returned_from("r1", "c1 2026-01-02 700",
                                  returned("back", "2026-01-03T10:00:00Z", {{"a", 1000, 700}})));
  CHECK(scores_of(test, 10).empty());
}

TEST_CASE("cohorts count own quarters from the sign-up") {
  TestClub test;
  test.enroll("jan", "2026-01-10T09:00:00Z");
  test.enroll("mar", "2026-03-31T09:00:00Z");
  buy(test, "jan", "2026-01-09", 7);  // before joining: nowhere
  buy(test, "jan", "2026-04-09", 10);
  buy(test, "jan", "2026-04-10", 100);
  buy(test, "mar", "2026-03-31", 1000);
  buy(test, "guest", "2026-05-01", 1);  // a card that nobody holds
  const auto told = [&] {
    const auto answer = get_cohorts(test.club());
    REQUIRE(answer.ok());
    Texts lines;
    for (const v1::Cohort& cohort : answer->cohorts()) {
      std::string line = absl::StrCat(cohort.quarter_date(), " ", cohort.member_count(), ":");
      for (int i = 0; i < cohort.net_spend_minor_size(); ++i) {
        absl::StrAppend(&line, " ", cohort.net_spend_minor(i), "/", cohort.buyer_count(i));
      }
      lines.push_back(absl::StrCat(line, " ", cohort.complete_quarter_count()));
    }
    return lines;
  };
  stand_on(test, "2026-06-29");
  CHECK(told() == Texts{"2026-01-01 2: 1010/2 0"});
  stand_on(test, "2026-06-30");  // who joined on 31 March begins the second quarter
  CHECK(told() == Texts{"2026-01-01 2: 1010/2 100/1 1"});
}

// Pages of one, all of the date of the first.
Texts calls_of(
    TestClub& test, v1::CallOrder order, const std::function<void()>& between = [] {}) {
  v1::ListCallsRequest request;
  request.set_page_size(1);
  request.set_order(order);
  Texts found;
  for (int page = 0; page < 100; ++page) {
    const auto calls = list_calls(test.club(), request);
    INFO(calls.status());
    REQUIRE(calls.ok());
    for (const v1::Call& call : calls->calls()) {
      found.push_back(absl::StrCat(call.last_year_spend_minor(), " ", call.silent_days(), " ",
                                   call.rhythm_days_milli()));
    }
    if (calls->next_page_token().empty()) return found;
    request.set_page_token(calls->next_page_token());
    between();
  }
  FAIL("the calls do not end");
  return found;
}

TEST_CASE("a call list is of the date of its first page, whatever the clock does") {
  TestClub test;
  for (const char* card : {"c1", "c2", "c3"}) test.enroll(card, "2026-01-01T09:00:00Z");
  buy(test, "c1", "2026-01-01", 500);
  buy(test, "c2", "2026-01-01", 900);
  buy(test, "c2", "2026-01-21", 50);
  buy(test, "c3", "2026-01-22", 800);  // churning from 23 April
  stand_on(test, "2026-04-22");
  // 90 days of silence are allowed after one purchase day, (5 x 30 + 20) / 6 x 3 = 85 after two.
  CHECK(calls_of(test, v1::CALL_ORDER_VALUE) == Texts{"950 91 28333", "500 111 30000"});
  CHECK(calls_of(test, v1::CALL_ORDER_FRESH) == Texts{"950 91 28333", "500 111 30000"});
  const Texts over_midnight =
      calls_of(test, v1::CALL_ORDER_VALUE, [&] { stand_on(test, "2026-04-24"); });
  CHECK(over_midnight == Texts{"950 91 28333", "500 111 30000"});
  CHECK(calls_of(test, v1::CALL_ORDER_VALUE) ==
        Texts{"950 93 28333", "800 92 30000", "500 113 30000"});
}

TEST_CASE("a call list is right before the ageing job has come by") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "c1", "2026-01-01", 500);
  test.clock().set(us("2026-04-01T12:00:00Z"));
  CHECK(calls_of(test, v1::CALL_ORDER_VALUE).empty());
  test.clock().set(us("2026-04-02T12:00:00Z"));
  CHECK(calls_of(test, v1::CALL_ORDER_VALUE) == Texts{"500 91 30000"});
}

TEST_CASE("a token fits its own question only") {
  TestClub test;
  for (const char* card : {"c1", "c2"}) {
    test.enroll(card, "2026-01-01T09:00:00Z");
    buy(test, card, "2026-01-01", 500);
  }
  stand_on(test, "2026-06-01");
  v1::ListCallsRequest request;
  request.set_page_size(1);
  const auto first = list_calls(test.club(), request);
  REQUIRE(first.ok());
  request.set_page_token(first->next_page_token());
  request.set_order(v1::CALL_ORDER_FRESH);
  CHECK(reason_of(list_calls(test.club(), request).status()) == v1::REASON_PAGE_TOKEN_INVALID);
  request.set_order(v1::CALL_ORDER_VALUE);
  request.add_stages(v1::STAGE_NEW);
  CHECK(reason_of(list_calls(test.club(), request).status()) == v1::REASON_PAGE_TOKEN_INVALID);
}

absl::StatusOr<v1::DecideReviewResponse> decide(TestClub& test, const std::string& member_id,
                                                v1::ReviewOutcome outcome,
                                                const std::string& request_id) {
  v1::DecideReviewRequest request;
  request.set_request_id(request_id);
  request.set_member_id(member_id);
  request.set_outcome(outcome);
  request.set_note("looked at");
  request.set_actor("dana");
  return wait_for<v1::DecideReviewResponse>(
      [&](auto answer) { decide_review(test.club(), request, std::move(answer)); });
}

Texts proposed(TestClub& test) {
  const auto reviews = propose_reviews(test.club(), {});
  REQUIRE(reviews.ok());
  Texts found;
  for (const v1::Review& review : reviews->reviews()) {
    std::string text = v1::ReviewOutcome_Name(review.last_outcome()).substr(15);
    for (const int reason : review.reasons()) {
      absl::StrAppend(&text, " ",
                      v1::ReviewReason_Name(static_cast<v1::ReviewReason>(reason)).substr(14));
    }
    found.push_back(text);
  }
  return found;
}

TEST_CASE("a decision pauses proposals and is made once") {
  TestClub test;
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "c1", "2026-01-02", 500);
  stand_on(test, "2027-01-01");
  CHECK(proposed(test).empty());
  stand_on(test, "2027-01-02");
  CHECK(proposed(test) == Texts{"UNSPECIFIED SILENT"});
  const auto kept = decide(test, member_id, v1::REVIEW_OUTCOME_KEEP, "q1");
  REQUIRE(kept.ok());
  CHECK(proposed(test).empty());
  CHECK(decide(test, member_id, v1::REVIEW_OUTCOME_KEEP, "q1")->SerializeAsString() ==
        kept->SerializeAsString());
  CHECK(reason_of(decide(test, member_id, v1::REVIEW_OUTCOME_ARCHIVE, "q1").status()) ==
        v1::REASON_REQUEST_REUSED);
  CHECK(test.query("SELECT COUNT(*) FROM member_reviews") == 1);
  stand_on(test, "2027-06-30");
  CHECK(proposed(test).empty());
  stand_on(test, "2027-07-01");
  CHECK(proposed(test) == Texts{"KEEP SILENT"});
}

TEST_CASE("archived is until a purchase after the newest such decision, whatever else is said") {
  TestClub test;
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "c1", "2026-01-02", 500);
  stand_on(test, "2027-01-02");
  REQUIRE(decide(test, member_id, v1::REVIEW_OUTCOME_ARCHIVE, "q1").ok());
  stand_on(test, "2027-01-03");
  REQUIRE(decide(test, member_id, v1::REVIEW_OUTCOME_ARCHIVE, "q2").ok());
  const int64_t since_us = test.query("SELECT archive_us FROM members");
  CHECK(since_us == us("2027-01-03T12:00:00Z"));
  REQUIRE(decide(test, member_id, v1::REVIEW_OUTCOME_CONTACT, "q3").ok());
  CHECK(test.query("SELECT archive_us FROM members") == since_us);
  CHECK(proposed(test).empty());
  CHECK(calls_of(test, v1::CALL_ORDER_VALUE).empty());
  buy(test, "c1", "2026-12-31", 100);  // late news of before
  CHECK(test.query("SELECT archive_us FROM members") == since_us);
  buy(test, "c1", "2027-01-03", 100);  // two hours before the second decision
  CHECK(test.query("SELECT archive_us FROM members") == since_us);
  stand_on(test, "2027-01-04");
  buy(test, "c1", "2027-01-04", 100);
  CHECK(test.query("SELECT COUNT(*) FROM members WHERE archive_us IS NULL") == 1);
  CHECK(test.query("SELECT COUNT(*) FROM member_reviews") == 3);
  CHECK(test.verify() == Texts{});
}

}  // namespace
}  // namespace moadon
