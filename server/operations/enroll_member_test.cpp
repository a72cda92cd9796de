#include "server/operations/enroll_member.h"

#include <string>

#include "rules/refusal.h"
#include "server/operations/find_member.h"
#include "server/operations/read_members.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

absl::StatusOr<v1::EnrollMemberResponse> enroll(TestClub& test,
                                                const v1::EnrollMemberRequest& request) {
  return wait_for<v1::EnrollMemberResponse>(
      [&](auto answer) { enroll_member(test.club(), request, std::move(answer)); });
}

v1::EnrollMemberRequest dana() {
  v1::EnrollMemberRequest request;
  request.add_keys()->set_phone("054-1234567");
  request.add_keys()->set_card("AB-1");
  request.set_first_name("Dana");
  request.set_last_name("Levi");
  v1::Consent& consent = *request.add_consents();
  consent.set_channel(v1::CONTACT_CHANNEL_SMS);
  consent.set_granted(true);
  consent.set_wording("terms of 2026");
  return request;
}

v1::Key phone(const std::string& text) {
  v1::Key key;
  key.set_phone(text);
  return key;
}

TEST_CASE("enrolling again adds what is missing and changes nothing else") {
  TestClub test;
  const auto first = enroll(test, dana());
  REQUIRE(first.ok());
  test.clock().set(us("2026-01-09T12:00:00Z"));
  const auto again = enroll(test, dana());
  REQUIRE(again.ok());
  v1::Member before = first->member();
  v1::Member after = again->member();
  for (v1::Member* shown : {&before, &after}) {  // these tell when it was shown
    shown->mutable_facts()->clear_issued_at();
    shown->mutable_facts()->clear_seal();
  }
  CHECK(before.DebugString() == after.DebugString());

  v1::EnrollMemberRequest more;
  more.add_keys()->set_phone("+972 54 1234567");
  more.add_keys()->set_email("Dana@example.com");
  more.set_first_name("Other");
  const auto grown = enroll(test, more);
  REQUIRE(grown.ok());
  CHECK(grown->member().member_id() == before.member_id());
  CHECK(grown->member().first_name() == "Dana");
  REQUIRE(grown->member().keys_size() == 3);
  CHECK(grown->member().keys(0).phone() == "+972541234567");
  CHECK(grown->member().facts().snapshot() == before.facts().snapshot() + 1);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("keys of two members are not joined") {
  TestClub test;
  REQUIRE(enroll(test, dana()).ok());
  v1::EnrollMemberRequest other;
  other.add_keys()->set_card("zz");
  REQUIRE(enroll(test, other).ok());
  v1::EnrollMemberRequest both;
  both.add_keys()->set_card("zz");
  both.add_keys()->set_phone("0541234567");
  const auto refused = enroll(test, both);
  CHECK(reason_of(refused.status()) == v1::REASON_KEY_TAKEN);
  CHECK(detail_of(refused.status()).values().at("field") == "keys[1]");
}

TEST_CASE("malformed enrolments leave no trace") {
  TestClub test;
  v1::EnrollMemberRequest request;
  CHECK(reason_of(enroll(test, request).status()) == v1::REASON_FIELD_MISSING);
  request = dana();
  request.mutable_keys(0)->set_scanned("0541234567");
  CHECK(reason_of(enroll(test, request).status()) == v1::REASON_FIELD_INVALID);
  request = dana();
  request.set_first_name("Da\u202ena");
  CHECK(reason_of(enroll(test, request).status()) == v1::REASON_TEXT_INVALID);
  request = dana();
  request.mutable_consents(0)->clear_channel();
  CHECK(reason_of(enroll(test, request).status()) == v1::REASON_FIELD_MISSING);
  request = dana();
  request.mutable_occurred_at()->set_seconds(-5);
  CHECK(reason_of(enroll(test, request).status()) == v1::REASON_TIME_OUT_OF_RANGE);
  CHECK(test.query("SELECT COUNT(*) FROM members") == 0);
}

TEST_CASE("a register identifies by any spelling, by scan and by last digits") {
  TestClub test;
  const auto enrolled = enroll(test, dana());
  REQUIRE(enrolled.ok());
  const std::string& member_id = enrolled->member().member_id();
  const auto found = find_member(test.club(), phone("00972-54-1234567"));
  REQUIRE(found.ok());
  CHECK(found->facts().member_id() == member_id);
  CHECK(found->display_name() == "Dana L.");
  REQUIRE(found->missing_fields_size() == 2);
  CHECK(found->missing_fields(0) == "email");
  CHECK(found->missing_fields(1) == "birth_date");
  CHECK(found->cashier_line() == "ברוכים הבאים Dana, זו הקנייה הראשונה במועדון.");
  v1::Key scanned;
  scanned.set_scanned("ab-1");
  CHECK(find_member(test.club(), scanned)->facts().member_id() == member_id);
  v1::Key digits;
  digits.set_last_digits("4567");
  CHECK(find_member(test.club(), digits)->facts().member_id() == member_id);
  v1::EnrollMemberRequest other;
  other.add_keys()->set_card("994567");
  REQUIRE(enroll(test, other).ok());
  CHECK(reason_of(find_member(test.club(), digits).status()) == v1::REASON_KEY_AMBIGUOUS);
  digits.set_last_digits("34567");
  CHECK(find_member(test.club(), digits)->facts().member_id() == member_id);
  CHECK(reason_of(find_member(test.club(), phone("0509999999")).status()) ==
        v1::REASON_MEMBER_UNKNOWN);
}

TEST_CASE("a live register's clock does not date an enrolment, and its branch is the place") {
  TestClub test;
  test.add_register("live", /*replays_history=*/false);
  v1::EnrollMemberRequest request = dana();
  *request.mutable_occurred_at() = at("2020-01-01T10:00:00Z");
  const ClubViewPtr view = test.club().view();
  REQUIRE(wait_for<v1::IdentifyResponse>([&](auto answer) {
            enroll_member_at(test.club(), *view->register_of_id("live"), request,
                             std::move(answer));
          }).ok());
  const v1::GetMemberResponse story = test.member("AB-1");
  CHECK(story.member().enrolled_date() == "2026-01-01");
  REQUIRE(story.member().consents_size() == 1);
  CHECK(story.member().consents(0).place() == "b1");
}

TEST_CASE("the feed of changes gives every member who changed, in order, a page at a time") {
  TestClub test;
  for (int i = 0; i < 5; ++i) test.enroll("c" + std::to_string(i), "2026-01-01T10:00:00Z");
  v1::FetchFactsRequest request;
  request.set_page_size(2);
  int count = 0;
  for (int page = 0; page < 10; ++page) {
    const auto facts = fetch_facts(test.club(), request);
    REQUIRE(facts.ok());
    count += facts->facts_size();
    request.set_cursor(facts->next_cursor());
    if (!facts->has_more()) break;
  }
  CHECK(count == 5);
  CHECK(fetch_facts(test.club(), request)->facts_size() == 0);
  REQUIRE(test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c3", {{"milk"}})).has_recorded());
  const auto changed = fetch_facts(test.club(), request);
  REQUIRE(changed->facts_size() == 1);
  CHECK(changed->facts(0).stage() == v1::STAGE_NEW);
  request.set_cursor("nonsense");
  CHECK(reason_of(fetch_facts(test.club(), request).status()) == v1::REASON_PAGE_TOKEN_INVALID);
}

TEST_CASE("members are listed a page at a time, each once") {
  TestClub test;
  for (int i = 0; i < 5; ++i) test.enroll("c" + std::to_string(i), "2026-01-01T10:00:00Z");
  v1::ListMembersRequest request;
  request.set_page_size(2);
  int count = 0;
  for (int page = 0; page < 10; ++page) {
    const auto members = list_members(test.club(), request);
    REQUIRE(members.ok());
    count += members->members_size();
    request.set_page_token(members->next_page_token());
    if (request.page_token().empty()) break;
  }
  CHECK(count == 5);
  request.set_stage(v1::STAGE_LOYAL);
  CHECK(list_members(test.club(), request)->members_size() == 0);
}

}  // namespace
}  // namespace moadon
