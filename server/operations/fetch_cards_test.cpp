// Who comes to a register's cache, in what form, and when again.
#include "server/operations/fetch_cards.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "identity/key_digest.h"
#include "rules/refusal.h"
#include "server/operations/add_branch.h"
#include "server/operations/add_register.h"
#include "server/operations/adjust_points.h"
#include "server/operations/enroll_member.h"
#include "server/operations/erase_member.h"
#include "server/operations/facts_seal.h"
#include "server/operations/set_service_wish.h"
#include "server/operations/test_club.h"
#include "server/operations/test_merges.h"
#include "server/operations/test_promises.h"
#include "server/operations/update_member.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Ids = std::vector<std::string>;

constexpr int kMaxPages = 100;
const char* const kToday = "2026-03-31T12:00:00Z";

std::string digest_key() { return std::string(kDigestKeyBytes, 'k'); }

absl::StatusOr<v1::FetchCardsResponse> fetch(TestClub& test, const std::string& register_id,
                                             const std::string& cursor = "", int page_size = 0) {
  v1::FetchCardsRequest request;
  request.set_cursor(cursor);
  request.set_page_size(page_size);
  request.set_digest_key(digest_key());
  const ClubViewPtr view = test.club().view();
  return fetch_cards(test.club(), *view->register_of_id(register_id), request);
}

// What an agent does with cards.
struct Agent {
  explicit Agent(std::string at = "r1") : register_id(std::move(at)) {}

  // Takes everything that is there; the ids that came, those gone with a minus.
  Ids pull(TestClub& test, int page_size = 0) {
    Ids came;
    for (int i = 0; i < kMaxPages; ++i) {
      const auto page = fetch(test, register_id, cursor, page_size);
      INFO(page.status());
      REQUIRE(page.ok());
      REQUIRE_FALSE(page->next_cursor().empty());
      cursor = page->next_cursor();
      for (const v1::MemberCard& card : page->cards()) {
        came.push_back(absl::StrCat(card.is_gone() ? "-" : "", card.member_id()));
        card.is_gone() ? (void)cards.erase(card.member_id())
                       : (void)cards.insert_or_assign(card.member_id(), card);
      }
      if (!page->has_more()) return came;
    }
    FAIL("the feed does not end");
    return came;
  }

  std::string register_id;
  std::string cursor = {};
  std::map<std::string, v1::MemberCard> cards = {};
};

std::string digest_of(KeyKind kind, const std::string& value) {
  return KeyDigester(digest_key()).digest({kind, value, value, std::nullopt});
}

void add_place(TestClub& test, const std::string& branch_id, const std::string& region_id,
               const std::string& register_id) {
  v1::Branch branch;
  branch.set_branch_id(branch_id);
  branch.set_region_id(region_id);
  REQUIRE(wait_for<v1::AddBranchResponse>([&](auto answer) {
            add_branch(test.club(), branch, std::move(answer));
          }).ok());
  v1::AddRegisterRequest request;
  request.mutable_register_()->set_register_id(register_id);
  request.mutable_register_()->set_branch_id(branch_id);
  request.mutable_register_()->set_replays_history(true);
  REQUIRE(wait_for<v1::AddRegisterResponse>([&](auto answer) {
            add_register(test.club(), request, std::move(answer));
          }).ok());
}

void buy_at(TestClub& test, const std::string& register_id, const std::string& receipt,
            const std::string& date, const std::string& card) {
  REQUIRE(test.record(register_id, sale(receipt, date + "T10:00:00Z", card, {{"milk"}}))
              .has_recorded());
}

v1::Program seen_program(int last_days, bool in_region) {
  v1::Program program = TestClub::program();
  program.mutable_offline()->mutable_seen()->set_last_days(last_days);
  program.mutable_offline()->mutable_seen()->set_in_region(in_region);
  return program;
}

void erase(TestClub& test, const std::string& member_id) {
  v1::EraseMemberRequest request;
  request.set_member_id(member_id);
  request.set_actor("dana");
  REQUIRE(wait_for<v1::EraseMemberResponse>([&](auto answer) {
            erase_member(test.club(), request, std::move(answer));
          }).ok());
}

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
  Agent agent;
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
  Agent agent;
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
  erase(test, c);
  CHECK(agent.pull(test) == Ids{"-" + c});
  // Of those who were gone before it began a pass from the beginning says nothing.
  Agent other;
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
  erase(test, a);
  Agent agent;
  agent.cursor = first->next_cursor();
  CHECK(agent.pull(test, 1) == Ids{b, "-" + a});
}

TEST_CASE("only who bought lately at the branch comes when the owner says so, or in its region") {
  TestClub test(seen_program(30, false), {"r1"});
  test.clock().set(us(kToday));
  add_place(test, "n1", "north", "rn1");
  add_place(test, "n2", "north", "rn2");
  const std::string here = test.enroll("here", "2026-01-02T10:00:00Z");
  const std::string next = test.enroll("next", "2026-01-02T10:00:00Z");
  const std::string long_ago = test.enroll("long-ago", "2026-01-02T10:00:00Z");
  const std::string never = test.enroll("never", "2026-01-02T10:00:00Z");
  buy_at(test, "rn1", "1", "2026-03-01", "here");
  buy_at(test, "rn2", "2", "2026-03-31", "next");
  buy_at(test, "rn1", "3", "2026-02-28", "long-ago");

  Agent agent("rn1");
  CHECK(agent.pull(test, 1) == Ids{here});
  CHECK(agent.cards.at(here).last_seen_date() == "2026-03-01");
  Agent elsewhere("r1");
  CHECK(elsewhere.pull(test).empty());
  // A sale that arrives late is no later visit; one of today is, and is told.
  buy_at(test, "rn1", "4", "2026-02-01", "here");
  buy_at(test, "rn1", "5", "2026-03-31", "long-ago");
  CHECK(agent.pull(test) == Ids{here, long_ago});
  CHECK(agent.cards.at(here).last_seen_date() == "2026-03-01");
  CHECK(agent.cards.at(long_ago).last_seen_date() == "2026-03-31");
  // Who changes, and is not named any more, is gone.
  test.clock().set(us("2026-04-01T12:00:00Z"));
  buy_at(test, "rn2", "6", "2026-04-01", "here");
  CHECK(agent.pull(test) == Ids{"-" + here});

  test.publish(seen_program(30, true));
  const auto stale = fetch(test, "rn1", agent.cursor);
  CHECK(reason_of(stale.status()) == v1::REASON_PAGE_TOKEN_INVALID);
  Agent in_region("rn1");
  in_region.pull(test);
  CHECK(in_region.cards.size() == 3);
  CHECK(in_region.cards.at(here).last_seen_date() == "2026-04-01");
  // The cursor is good for all registers of the region and for no other.
  CHECK(fetch(test, "rn2", in_region.cursor).ok());
  CHECK(reason_of(fetch(test, "r1", in_region.cursor).status()) == v1::REASON_PAGE_TOKEN_INVALID);
  CHECK(test.verify().empty());
}

TEST_CASE("a part's purchases are the person's, and a claimed sale is a visit too") {
  TestClub test(seen_program(30, false), {"r1"});
  test.clock().set(us(kToday));
  const std::string a = test.enroll("c1", "2026-01-02T10:00:00Z");
  const std::string b = test.enroll("c2", "2026-01-02T10:00:00Z");
  buy_at(test, "r1", "1", "2026-03-20", "c2");
  buy_at(test, "r1", "2", "2026-03-25", "c3");  // nobody's yet
  Agent agent;
  CHECK(agent.pull(test) == Ids{b});
  REQUIRE(merge(test, a, b).ok());
  agent.pull(test);
  REQUIRE(agent.cards.size() == 1);
  CHECK(agent.cards.at(a).last_seen_date() == "2026-03-20");
  REQUIRE(undo(test, b).ok());
  agent.pull(test);
  REQUIRE(agent.cards.size() == 1);
  CHECK(agent.cards.contains(b));
  const std::string c = test.enroll("c3", "2026-03-26T10:00:00Z");
  CHECK(agent.pull(test) == Ids{c});
  CHECK(agent.cards.at(c).last_seen_date() == "2026-03-25");
  CHECK(test.verify().empty());
  test.tamper("UPDATE member_branches SET last_day = last_day + 1");
  CHECK(test.verify().size() == 2);
}

TEST_CASE("everything that a card shows brings its member to the feed again") {
  TestClub test(promising_program(), {"r1"});
  test.clock().set(us(kToday));
  const std::string id = test.enroll("c1", "2026-01-02T10:00:00Z");
  Agent agent;
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

TEST_CASE("a benefit that is limited from now on makes agents begin anew") {
  TestClub test;
  test.clock().set(us(kToday));
  test.enroll("c1", "2026-01-02T10:00:00Z");
  Agent agent;
  agent.pull(test);
  v1::Program limited = TestClub::program();
  v1::Benefit& benefit = *limited.add_benefits();
  benefit.set_benefit_id("tea");
  benefit.set_title("Tea");
  benefit.mutable_effect()->mutable_percent_off_lines()->set_percent_bps(1000);
  benefit.mutable_limits()->set_per_member_day_count(1);
  test.publish(limited);
  CHECK(reason_of(fetch(test, "r1", agent.cursor).status()) == v1::REASON_PAGE_TOKEN_INVALID);
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
  CHECK(reason(digest_key(), 5001, "x") == of(v1::REASON_FIELD_INVALID, "page_size"));
  CHECK(reason(digest_key(), 5000, "x") == of(v1::REASON_PAGE_TOKEN_INVALID, ""));
  CHECK(reason(digest_key(), 5000, "") == of(v1::REASON_UNSPECIFIED, ""));
}

}  // namespace moadon
