// Who comes to a register's cache, in what form, and when again.
#include "server/operations/fetch_cards.h"

#include <string>

#include "absl/strings/match.h"
#include "rules/refusal.h"
#include "server/operations/adjust_points.h"
#include "server/operations/enroll_member.h"
#include "server/operations/facts_seal.h"
#include "server/operations/set_service_wish.h"
#include "server/operations/test_cards.h"
#include "server/operations/test_merges.h"
#include "server/operations/test_promises.h"
#include "server/operations/update_member.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const char* const kToday = "2026-03-31T12:00:00Z";

std::string enroll_full(TestClub& test) {
  v1::EnrollMemberRequest request;
  request.add_keys()->set_card("CARD-777001");
  request.add_keys()->set_phone("054-765-4321");
  request.set_first_name("Dana");
  request.set_last_name("Levinsohn");
  *request.mutable_occurred_at() = at("2026-01-02T10:00:00Z");
  const auto enrolled = wait_for<v1::EnrollMemberResponse>(
      [&](auto answer) { enroll_member(test.club(), request, std::move(answer)); });
  REQUIRE(enrolled.ok());
  return enrolled->member().member_id();
}

}  // namespace

TEST_CASE("a card names nobody in full and opens by a digest of each key") {
  TestClub test;
  test.clock().set(us(kToday));
  const std::string member_id = enroll_full(test);
  const auto page = fetch(test, "r1");
  REQUIRE(page.ok());
  REQUIRE(page->cards_size() == 1);
  const v1::MemberCard& card = page->cards(0);
  CHECK(card.member_id() == member_id);
  CHECK(card.display_name() == "Dana L.");
  CHECK(card.last_seen_date().empty());
  REQUIRE(card.key_digests_size() == 2);
  CHECK(card.key_digests(0) == digest_of(KeyKind::kCard, "card-777001"));
  CHECK(card.key_digests(1) == digest_of(KeyKind::kPhone, "+972547654321"));
  CHECK(card.facts().member_id() == member_id);
  CHECK(is_sealed(card.facts(), test.club().view()->digest_key()));
  CHECK(page->server_time().seconds() == at(kToday).seconds());
  CHECK_FALSE(page->has_more());
  const std::string bytes = page->SerializeAsString();
  for (const char* const secret : {"547654321", "7654321", "777001", "Levinsohn"}) {
    CHECK_FALSE(absl::StrContains(bytes, secret));
  }
}

TEST_CASE("pages go on where they ended, and a member who changes meanwhile comes again") {
  TestClub test;
  test.clock().set(us(kToday));
  const std::string a = test.enroll("c1", "2026-01-02T10:00:00Z");
  const std::string b = test.enroll("c2", "2026-01-02T10:00:00Z");
  const std::string c = test.enroll("c3", "2026-01-02T10:00:00Z");
  const auto first = fetch(test, "r1", "", 2);
  REQUIRE(first.ok());
  CHECK(first->cards_size() == 2);
  CHECK(first->has_more());
  buy_at(test, "r1", "1", "2026-03-30", "c1");
  CardAgent agent;
  agent.cursor = first->next_cursor();
  CHECK(agent.pull(test, 2) == Ids{c, a});
  CHECK(agent.cards.at(a).facts().purchase_day_count() == 1);
  CHECK(agent.pull(test).empty());
  test.reopen();
  buy_at(test, "r1", "2", "2026-03-30", "c2");
  CHECK(agent.pull(test) == Ids{b});
}

TEST_CASE("whoever is erased or becomes part of another is gone, and back when that is undone") {
  TestClub test;
  test.clock().set(us(kToday));
  const std::string a = test.enroll("c1", "2026-01-02T10:00:00Z");
  const std::string b = test.enroll("c2", "2026-01-02T10:00:00Z");
  const std::string c = test.enroll("c3", "2026-01-02T10:00:00Z");
  CardAgent agent;
  CHECK(agent.pull(test) == Ids{a, b, c});
  REQUIRE(merge(test, a, b).ok());
  agent.pull(test);
  CHECK_FALSE(agent.cards.contains(b));
  REQUIRE(agent.cards.at(a).key_digests_size() == 2);
  CHECK(agent.cards.at(a).key_digests(1) == digest_of(KeyKind::kCard, "c2"));
  REQUIRE(undo(test, b).ok());
  agent.pull(test);
  CHECK(agent.cards.at(a).key_digests_size() == 1);
  CHECK(agent.cards.at(b).key_digests(0) == digest_of(KeyKind::kCard, "c2"));
  test.erase(c);
  CHECK(agent.pull(test) == Ids{"-" + c});
  // Of those who were gone before it began a pass from the beginning says nothing.
  CardAgent other;
  CHECK(other.pull(test).size() == 2);
  CHECK(other.cards.size() == 2);
}

TEST_CASE("whoever was sent and is gone before the first pass ends comes as gone") {
  TestClub test;
  test.clock().set(us(kToday));
  const std::string a = test.enroll("c1", "2026-01-02T10:00:00Z");
  const std::string b = test.enroll("c2", "2026-01-02T10:00:00Z");
  const auto first = fetch(test, "r1", "", 1);
  REQUIRE(first.ok());
  REQUIRE(first->cards_size() == 1);
  test.erase(a);
  CardAgent agent;
  agent.cursor = first->next_cursor();
  CHECK(agent.pull(test, 1) == Ids{b, "-" + a});
}

TEST_CASE("everything that a card shows brings its member to the feed again") {
  TestClub test(promising_program(), {"r1"});
  test.clock().set(us(kToday));
  const std::string id = test.enroll("c1", "2026-01-02T10:00:00Z");
  CardAgent agent;
  agent.pull(test);
  const auto comes_after = [&](const std::string& what, auto start, auto response) {
    INFO(what);
    const auto done = wait_for<decltype(response)>(start);
    INFO(done.status());
    REQUIRE(done.ok());
    CHECK(agent.pull(test) == Ids{id});
  };
  v1::EnrollMemberRequest key;
  key.add_keys()->set_card("c1");
  key.add_keys()->set_phone("054-765-4321");
  comes_after(
      "a new key", [&](auto answer) { enroll_member(test.club(), key, std::move(answer)); },
      v1::EnrollMemberResponse());
  CHECK(agent.cards.at(id).key_digests_size() == 2);
  v1::UpdateMemberRequest name;
  name.set_member_id(id);
  name.set_first_name("Noa");
  name.set_actor("dana");
  comes_after(
      "a name", [&](auto answer) { update_member(test.club(), name, std::move(answer)); },
      v1::UpdateMemberResponse());
  CHECK(agent.cards.at(id).display_name() == "Noa");
  v1::UpdateMemberRequest tag;
  tag.set_member_id(id);
  tag.add_add_tags("vip");
  tag.set_actor("dana");
  comes_after(
      "a tag", [&](auto answer) { update_member(test.club(), tag, std::move(answer)); },
      v1::UpdateMemberResponse());
  CHECK(agent.cards.at(id).facts().tags(0) == "vip");
  v1::AdjustPointsRequest points;
  points.set_request_id("p1");
  points.set_member_id(id);
  points.set_points_milli(5000);
  points.set_note("sorry");
  points.set_actor("dana");
  comes_after(
      "points", [&](auto answer) { adjust_points(test.club(), points, std::move(answer)); },
      v1::AdjustPointsResponse());
  CHECK(agent.cards.at(id).facts().points().available_milli() == 5000);
  v1::SetServiceWishRequest wish;
  wish.set_request_id("w1");
  wish.set_member_id(id);
  wish.set_refuses_services(true);
  wish.set_note("asked");
  wish.set_actor("dana");
  comes_after(
      "services refused",
      [&](auto answer) { set_service_wish(test.club(), wish, std::move(answer)); },
      v1::SetServiceWishResponse());
  buy_at(test, "r1", "1", "2026-03-31", "c1");
  CHECK(agent.pull(test) == Ids{id});
  CHECK(agent.cards.at(id).facts().stage() == v1::STAGE_NEW);
  test.clock().set(us("2026-12-31T12:00:00Z"));
  test.age();
  CHECK(agent.pull(test) == Ids{id});
  CHECK(agent.cards.at(id).facts().stage() == v1::STAGE_CHURNING);
}

TEST_CASE("a card knows of everything that was recorded before it says it was issued") {
  TestClub test;
  test.clock().set(us(kToday));
  test.enroll("c1", "2026-01-02T10:00:00Z");
  test.clock().after_reading([&test] { buy_at(test, "r1", "1", "2026-03-30", "c1"); });
  const auto page = fetch(test, "r1");
  REQUIRE(page.ok());
  REQUIRE(page->cards_size() == 1);
  CHECK(page->cards(0).facts().issued_at().seconds() == at(kToday).seconds());
  CHECK(page->cards(0).facts().purchase_day_count() == 1);
}

TEST_CASE("a wrong digest key, page size or cursor is refused in the order that is promised") {
  TestClub test;
  const ClubViewPtr view = test.club().view();
  const auto reason = [&](const std::string& key, int page_size, const std::string& cursor) {
    v1::FetchCardsRequest request;
    request.set_digest_key(key);
    request.set_page_size(page_size);
    request.set_cursor(cursor);
    const auto answer = fetch_cards(test.club(), *view->register_of_id("r1"), request);
    v1::ErrorDetail detail = detail_of(answer.status());
    return std::make_pair(reason_of(answer.status()), (*detail.mutable_values())["field"]);
  };
  const auto of = [](v1::Reason what, const char* field) {
    return std::make_pair(what, std::string(field));
  };
  CHECK(reason("", -1, "x") == of(v1::REASON_FIELD_MISSING, "digest_key"));
  CHECK(reason(std::string(31, 'k'), -1, "x") == of(v1::REASON_FIELD_INVALID, "digest_key"));
  CHECK(reason(std::string(33, 'k'), 0, "") == of(v1::REASON_FIELD_INVALID, "digest_key"));
  CHECK(reason(test_digest_key(), 5001, "x") == of(v1::REASON_FIELD_INVALID, "page_size"));
  CHECK(reason(test_digest_key(), 5000, "x") == of(v1::REASON_PAGE_TOKEN_INVALID, ""));
  CHECK(reason(test_digest_key(), 5000, "") == of(v1::REASON_UNSPECIFIED, ""));
}

}  // namespace moadon
