// Whom the owner's rules name to registers.
#include <string>

#include "rules/refusal.h"
#include "server/operations/add_branch.h"
#include "server/operations/add_register.h"
#include "server/operations/test_cards.h"
#include "server/operations/test_merges.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const char* const kToday = "2026-03-31T12:00:00Z";

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

v1::Program seen_program(int last_days, bool in_region) {
  v1::Program program = TestClub::program();
  program.mutable_offline()->mutable_seen()->set_last_days(last_days);
  program.mutable_offline()->mutable_seen()->set_in_region(in_region);
  return program;
}

}  // namespace

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

  CardAgent agent("rn1");
  CHECK(agent.pull(test, 1) == Ids{here});
  CHECK(agent.cards.at(here).last_seen_date() == "2026-03-01");
  CardAgent elsewhere("r1");
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
  CardAgent in_region("rn1");
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
  CardAgent agent;
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

TEST_CASE("a benefit that is limited from now on makes agents begin anew") {
  TestClub test;
  test.clock().set(us(kToday));
  test.enroll("c1", "2026-01-02T10:00:00Z");
  CardAgent agent;
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

}  // namespace moadon
