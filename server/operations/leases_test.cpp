// Leases: one register at a time, for as long as it says so.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/refusal.h"
#include "server/operations/end_silent_leases.h"
#include "server/operations/place_hold.h"
#include "server/operations/test_leases.h"
#include "server/operations/test_merges.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("a branch's registers share its rights, each right at one of them") {
  LeaseClub club;
  Grants granted;
  for (int i = 0; i < 60; ++i) granted.insert(club.grant(club.buyer(absl::StrCat("c", i))));
  std::map<std::string, Grants> leased;
  for (const char* const id : {"r1", "r2", "r3", "x1"}) {
    leased[id] = grants_of(TestTill(club, id).turn());
  }
  Grants all;
  size_t count = 0;
  for (const auto& [id, grants] : leased) {
    all.insert(grants.begin(), grants.end());
    count += grants.size();
  }
  CHECK(all == granted);
  CHECK(count == granted.size());
  CHECK(leased["r1"].size() > 5);
  CHECK(leased["r2"].size() > 5);
  CHECK(leased["r3"].size() > 5);
  CHECK(leased["x1"].empty());
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("rights of those who bought last come first, and stay while others buy") {
  v1::Program program = leasing_program();
  program.mutable_offline()->mutable_leases()->set_rights_per_register(2);
  LeaseClub club(program);
  std::vector<std::string> grants;
  for (int i = 0; i < 5; ++i) {
    grants.push_back(club.grant(club.buyer(absl::StrCat("c", i), "x1")));
    club.pass(24 * kHourUs);
  }
  TestTill till(club, "x1");
  CHECK(grants_of(till.turn()) == Grants{grants[4], grants[3]});
  club.buy("c0", "x1");
  club.buy("c1", "x1");
  CHECK(grants_of(till.turn()) == Grants{grants[4], grants[3]});  // the next two
  club.pass(24 * kHourUs);
  club.buy("c2", "x1");
  CHECK(grants_of(till.turn()) == Grants{grants[4]});  // the place of the other is not free yet
  CHECK(grants_of(till.turn()) == Grants{grants[4], grants[2]});
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("a right is leased only where it is likely and able to be used") {
  LeaseClub club;
  const std::string good = club.grant(club.buyer("good", "x1"));
  const std::string moved = club.buyer("moved", "x1");
  club.grant(moved);
  const std::string never = club.test.enroll("never", "2026-01-01T09:00:00Z");
  club.grant(never);
  const std::string held = club.buyer("held", "x1");
  const std::string held_grant = club.grant(held);
  REQUIRE(club.hold("r1", held, held_grant).ok());
  const std::string used = club.grant(club.buyer("used", "x1"));
  club.test.tamper("UPDATE rights SET uses_left = 0 WHERE grant_id = " +
                   absl::StrCat(std::stoull(used, nullptr, 16)));
  const std::string ended = club.grant(club.buyer("ended", "x1"));
  club.test.tamper("UPDATE rights SET until_day = granted_day - 1 WHERE grant_id = " +
                   absl::StrCat(std::stoull(ended, nullptr, 16)));
  const std::string later = club.grant(club.buyer("later", "x1"));
  club.test.tamper("UPDATE rights SET from_day = granted_day + 3 WHERE grant_id = " +
                   absl::StrCat(std::stoull(later, nullptr, 16)));
  const std::string erased = club.buyer("erased", "x1");
  club.grant(erased);
  club.test.erase(erased);
  club.pass(24 * kHourUs);
  club.buy("moved", "r1");
  TestTill till(club, "x1");
  CHECK(grants_of(till.turn()) == Grants{good, later});  // within the time of the lease

  // Whatever happens to a leased right calls it back.
  club.test.tamper("UPDATE rights SET withdrawn_day = granted_day WHERE grant_id = " +
                   absl::StrCat(std::stoull(later, nullptr, 16)));
  CHECK(grants_of(till.turn()) == Grants{good});
  CHECK(club.lease_count() == 2);
  CHECK(grants_of(till.turn()) == Grants{good});
  CHECK(club.lease_count() == 1);
}

TEST_CASE("no rights where the program leases none, nothing is priced, or history is replayed") {
  const std::string why = GENERATE("no leases", "no cache", "history");
  CAPTURE(why);
  v1::Program program = leasing_program();
  if (why == "no leases") program.mutable_offline()->clear_leases();
  if (why == "no cache") program.mutable_offline()->set_cache_valid_hours(0);
  LeaseClub club(program);
  club.test.add_register("old", /*replays_history=*/true);
  const std::string id = why == "history" ? "old" : "x1";
  club.grant(club.buyer("c1", id));
  const v1::TakeLeasesResponse response = TestTill(club, id).turn();
  CHECK(response.rights().empty());
  CHECK(response.slices().empty() == (why != "no leases"));
  CHECK(response.has_server_time());
  CHECK(club.lease_count() == 0);
}

TEST_CASE("a turn is taken once; what it does not keep is free") {
  LeaseClub club;
  const std::string coffee = club.grant(club.buyer("c1", "x1"));
  TestTill till(club, "x1");
  const v1::TakeLeasesResponse first = till.turn(/*is_lost=*/true);
  CHECK(grants_of(first) == Grants{coffee});
  CHECK(first.rights(0).end_time().seconds() * 1'000'000 ==
        club.test.clock().now_us() + 48 * kHourUs);
  // Asked again it says what stands, whatever else is asked by then.
  const std::string cakes = club.grant(club.buyer("c2", "x1"), "cakes");
  const auto again = till.ask_again();
  REQUIRE(again.ok());
  CHECK(again->SerializeAsString() == first.SerializeAsString());
  // The agent never learnt of the first; it gets both.
  CHECK(grants_of(till.turn()) == Grants{coffee, cakes});
  CHECK(club.lease_count() == 2);

  CHECK(till.usable() == Grants{coffee, cakes});
}

TEST_CASE_METHOD(LeasedCoffee,
                 "leases last as long as the agent comes, and are not written anew every time") {
  const auto end_us = [this] { return club.test.query("SELECT MAX(end_us) FROM right_leases"); };
  const int64_t first_us = end_us();
  club.pass(9 * kMinuteUs);
  till.turn();
  CHECK(end_us() == first_us);
  club.pass(kMinuteUs);
  till.turn();
  CHECK(end_us() == first_us + 10 * kMinuteUs);

  v1::Program program = leasing_program();
  program.mutable_offline()->mutable_leases()->set_lease_hours(1);
  club.test.publish(program);
  CHECK(till.turn().rights(0).end_time().seconds() * 1'000'000 ==
        club.test.clock().now_us() + kHourUs);
  program.mutable_offline()->clear_leases();
  club.pass(kMinuteUs);
  club.test.publish(program);
  CHECK(till.turn().rights().empty());
  CHECK(club.lease_count() == 1);
  till.turn();
  CHECK(club.lease_count() == 0);
}

TEST_CASE_METHOD(LeasedCoffee,
                 "another register is refused a leased right until its holder has given it back") {
  REQUIRE(till.usable() == Grants{coffee});

  const absl::Status refused = club.hold("r1", member, coffee).status();
  CHECK(reason_of(refused) == v1::REASON_RIGHT_NOT_LEFT);
  CHECK(detail_of(refused).values().at("grant_id") == coffee);
  CHECK(detail_of(refused).values().at("leased") == "true");
  CHECK(club.test.query("SELECT COUNT(*) FROM holds") == 0);
  CHECK(club.test.query("SELECT SUM(uses_left) FROM rights") == 1);
  // The holder says that it still has it, and hears that it should not.
  CHECK(till.turn().rights().empty());
  CHECK(reason_of(club.hold("r1", member, coffee).status()) == v1::REASON_RIGHT_NOT_LEFT);
  // Now it has it no more; nobody takes it ahead before whoever waited had time.
  CHECK(till.turn().rights().empty());
  const auto held = club.hold("r1", member, coffee);
  REQUIRE(held.ok());
  club.cancel("r1", held->hold_id());
  CHECK(till.turn().rights().empty());
  club.pass(15 * kMinuteUs);
  CHECK(till.turn().rights().empty());  // exactly
  club.pass(1);
  CHECK(grants_of(till.turn()) == Grants{coffee});
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE_METHOD(LeasedCoffee, "a hold that takes nothing calls nothing back") {
  v1::PlaceHoldRequest request;
  request.set_request_id("points too");
  request.set_member_id(member);
  request.set_points_milli(1000);
  request.add_rights()->set_grant_id(coffee);
  const ClubViewPtr view = club.test.club().view();
  const absl::Status refused =
      wait_for<v1::PlaceHoldResponse>([&](auto answer) {
        place_hold(club.test.club(), *view->register_of_id("r1"), request, std::move(answer));
      }).status();
  CHECK(reason_of(refused) == v1::REASON_POINTS_SHORT);
  CHECK(grants_of(till.turn()) == Grants{coffee});
}

TEST_CASE_METHOD(
    LeasedCoffee,
    "the holder itself may hold its right, and has it leased until it says otherwise") {
  till.forget(coffee);
  const auto held = club.hold("x1", member, coffee);
  REQUIRE(held.ok());
  CHECK(till.turn().rights().empty());  // set aside
  club.cancel("x1", held->hold_id());
  CHECK(grants_of(till.turn()) == Grants{coffee});

  // A hold that comes late, when the right is leased again: it stays this register's either way.
  till.forget(coffee);
  till.turn();
  REQUIRE(till.usable() == Grants{coffee});
  const auto late = club.hold("x1", member, coffee);
  REQUIRE(late.ok());
  club.cancel("x1", late->hold_id());
  CHECK(reason_of(club.hold("r1", member, coffee).status()) == v1::REASON_RIGHT_NOT_LEFT);
}

TEST_CASE_METHOD(LeasedCoffee,
                 "a lease ends when its register was silent for three days after it") {
  const int64_t end_us = club.test.clock().now_us() + 48 * kHourUs;
  club.test.clock().set(end_us + 72 * kHourUs);
  CHECK(club.end_silent() == 0);  // exactly
  CHECK(reason_of(club.hold("r1", member, coffee).status()) == v1::REASON_RIGHT_NOT_LEFT);

  SECTION("silent") {
    club.pass(1);
    CHECK(has_silent_leases(club.test.club()).value_or(false));
    CHECK(club.end_silent() == 1);
  }
  SECTION("heard of") {
    club.heartbeat("x1");
    club.pass(72 * kHourUs);
    CHECK(club.end_silent() == 0);
    club.pass(1);
    CHECK(club.end_silent() == 1);
  }
  SECTION("heard of, but never in turn") {
    const int64_t turn_us = end_us - 48 * kHourUs;
    for (int64_t hours = 24; hours <= 408; hours += 24) {
      club.test.clock().set(turn_us + hours * kHourUs);
      club.heartbeat("x1");
      CHECK(club.end_silent() == 0);
    }
    club.pass(1);
    CHECK(club.end_silent() == 1);
  }
  CHECK_FALSE(has_silent_leases(club.test.club()).value_or(true));
  CHECK(club.lease_count() == 0);
  CHECK(club.hold("r1", member, coffee).ok());
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("a register that is revoked, or given another token, has nothing leased") {
  LeaseClub club;
  const std::string member = club.buyer("c1", "r1");
  const std::string coffee = club.grant(member);
  std::string holder;
  for (const char* const id : {"r1", "r2", "r3"}) {
    TestTill till(club, id);
    till.turn();
    if (!till.usable().empty()) holder = id;
  }
  REQUIRE(!holder.empty());
  const std::string other = holder == "r1" ? "r2" : "r1";
  REQUIRE_FALSE(club.hold(other, member, coffee).ok());
  const bool renews = GENERATE(false, true);
  CAPTURE(renews);
  if (renews) {
    club.renew(holder);
  } else {
    club.revoke(holder);
  }
  const auto held = club.hold(other, member, coffee);
  REQUIRE(held.ok());
  CHECK(club.test.query("SELECT COUNT(*) FROM budget_slices WHERE register_id = '" + holder +
                        "'") == 0);
  club.cancel(other, held->hold_id());
  if (renews) CHECK(TestTill(club, holder).turn().rights_size() == 1);  // it counts from 1 again
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("a right that moves with a merge is called back, and exclusive all the way") {
  LeaseClub club;
  const std::string lost = club.buyer("lost", "x1");
  const std::string kept = club.buyer("kept", "x1");
  const std::string coffee = club.grant(lost);
  TestTill till(club, "x1");
  till.turn();
  REQUIRE(till.usable() == Grants{coffee});
  REQUIRE(merge(club.test, kept, lost).ok());
  CHECK(reason_of(club.hold("r1", kept, coffee).status()) == v1::REASON_RIGHT_NOT_LEFT);
  CHECK(reason_of(club.hold("r1", lost, coffee).status()) == v1::REASON_RIGHT_NOT_LEFT);
  SECTION("given back") {
    till.turn();
    CHECK(till.usable().empty());
    till.turn();
    CHECK(club.hold("r1", kept, coffee).ok());
  }
  SECTION("undone") {
    REQUIRE(undo(club.test, lost).ok());
    CHECK(reason_of(club.hold("r1", lost, coffee).status()) == v1::REASON_RIGHT_NOT_LEFT);
    till.turn();
    till.turn();
    CHECK(club.hold("r1", lost, coffee).ok());
  }
  SECTION("leased anew") {
    till.turn();
    till.turn();
    club.pass(16 * kMinuteUs);
    const v1::TakeLeasesResponse anew = till.turn();
    REQUIRE(grants_of(anew) == Grants{coffee});
    CHECK(anew.rights(0).member_id() == kept);
  }
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("verify sees leases that cannot be") {
  struct Case {
    std::string sql;
    std::string subject;  // empty: nothing is wrong
    std::string owner;
  };
  const auto given = GENERATE(values<Case>({
      {"UPDATE right_leases SET grant_id = 7", "lease.right", "7 of x1"},
      {"UPDATE right_leases SET register_id = 'r9'", "lease.register", "GRANT of r9"},
      {"DELETE FROM lease_turns", "lease.register", "GRANT of x1"},
      {"UPDATE registers SET revoke_time_us = 1 WHERE register_id = 'x1'", "lease.register",
       "GRANT of x1"},
      {"UPDATE registers SET revoke_time_us = 1 WHERE register_id = 'r1'", "", ""},
      {"UPDATE right_leases SET register_id = '', is_called_back = 1", "", ""},
  }));
  CAPTURE(given.sql);
  LeaseClub club;
  const std::string grant = club.grant(club.buyer("c1", "x1"));
  TestTill(club, "x1").turn();
  REQUIRE(club.test.verify() == Texts{});
  club.test.tamper("DELETE FROM budget_slices");
  club.test.tamper(given.sql);
  const std::string owner =
      absl::StrReplaceAll(given.owner, {{"GRANT", absl::StrCat(std::stoull(grant, nullptr, 16))}});
  const Texts found{absl::StrCat(given.subject, " of ", owner, ": is there is cannot be")};
  CHECK(club.test.verify() == (given.subject.empty() ? Texts{} : found));
}

TEST_CASE("verify sees slices that nobody may have") {
  LeaseClub club;
  TestTill(club, "x1").turn();
  club.test.tamper("UPDATE registers SET revoke_time_us = 1 WHERE register_id = 'x1'");
  CHECK(club.test.verify() == Texts{"slice.register of first of x1: is there is cannot be",
                                    "slice.register of tea of x1: is there is cannot be"});
}

}  // namespace
}  // namespace moadon
