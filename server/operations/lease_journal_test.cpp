// Which disk of a register takes its turns.
#include "server/operations/lease_journal.h"

#include <string>
#include <vector>

#include "rules/refusal.h"
#include "server/operations/test_leases.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

v1::Reason refusal_of(const absl::StatusOr<v1::TakeLeasesResponse>& answer) {
  return reason_of(answer.status());
}

TEST_CASE_METHOD(LeasedCoffee,
                 "a turn that never arrived is none, and one that was overtaken changes nothing") {
  TestTill before = till;
  till.miss_turn();
  CHECK(grants_of(till.turn()) == Grants{coffee});
  // What the agent asked before, delayed on its way.
  CHECK(refusal_of(before.ask_again()) == v1::REASON_JOURNAL_FORKED);
  CHECK(grants_of(till.ask_again().value()) == Grants{coffee});
  CHECK(grants_of(till.turn()) == Grants{coffee});
}

TEST_CASE_METHOD(
    LeasedCoffee,
    "of a clone and its original the first to ask goes on, and the other has nothing") {
  TestTill& original = till;
  TestTill clone = till;
  const bool clone_is_first = GENERATE(false, true);
  const bool is_lost = GENERATE(false, true);
  CAPTURE(clone_is_first, is_lost);
  TestTill& first = clone_is_first ? clone : original;
  TestTill& second = clone_is_first ? original : clone;
  CHECK(grants_of(first.turn(is_lost)) == Grants{coffee});
  for (int i = 0; i < 3; ++i) {
    const auto refused = second.try_turn();
    CHECK(refusal_of(refused) == v1::REASON_JOURNAL_FORKED);
    CHECK(detail_of(refused.status()).values().at("register_id") == "x1");
    CHECK(refusal_of(second.ask_again()) == v1::REASON_JOURNAL_FORKED);
    CHECK(grants_of(first.turn()) == Grants{coffee});
  }
  CHECK(second.usable().empty());
  CHECK(second.slices().empty());
  // What was refused freed nothing and took nothing.
  CHECK(first.usable() == Grants{coffee});
  CHECK(club.lease_count() == 1);
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE_METHOD(LeasedCoffee,
                 "who was refused is refused for good, and what was refused leaves no trace") {
  TestTill& original = till;
  TestTill clone = till;
  original.turn();
  const int64_t last_turn = club.test.query("SELECT turn FROM lease_turns");
  // The original is away; the clone asks again and again.
  for (int i = 0; i < 10; ++i) {
    CHECK(refusal_of(clone.try_turn()) == v1::REASON_JOURNAL_FORKED);
  }
  CHECK(club.test.query("SELECT turn FROM lease_turns") == last_turn);
  CHECK(grants_of(original.turn()) == Grants{coffee});
  CHECK(refusal_of(clone.try_turn()) == v1::REASON_JOURNAL_FORKED);
  // It goes on under another name, with what it has: nothing.
  clone.rejoin();
  clone.turn();
  CHECK(refusal_of(original.try_turn()) == v1::REASON_JOURNAL_FORKED);
}

TEST_CASE("a journal of another name begins anew, and the one it took the place of is done") {
  LeaseClub club;
  const std::string member = club.buyer("c1", "x1");
  const std::string coffee = club.grant(member);
  const std::string cakes = club.grant(member, "cakes");
  TestTill till(club, "x1");
  till.turn();
  REQUIRE(till.usable() == Grants{coffee, cakes});
  TestTill left = till;
  till.forget(cakes);
  till.rejoin();
  REQUIRE(club.hold("x1", member, cakes).ok());  // so that it is not leased anew
  CHECK(grants_of(till.turn()) == Grants{coffee});
  CHECK(club.lease_count() == 1);
  CHECK(refusal_of(left.ask_again()) == v1::REASON_JOURNAL_FORKED);
  CHECK(refusal_of(left.try_turn()) == v1::REASON_JOURNAL_FORKED);
  CHECK(grants_of(till.turn()) == Grants{coffee});
  till.rejoin();
  CHECK(grants_of(till.turn()) == Grants{coffee});
  CHECK(refusal_of(left.try_turn()) == v1::REASON_JOURNAL_FORKED);
  // Whom the owner lets in anew is not asked about the past.
  club.revoke("x1");
  CHECK(club.test.query("SELECT COUNT(*) FROM left_journals") == 0);
}

TEST_CASE_METHOD(LeasedCoffee, "who took turns before journals were told apart goes on") {
  club.test.tamper("UPDATE lease_turns SET journal_id = NULL, turn = 1000000");
  CHECK(grants_of(till.turn()) == Grants{coffee});
  CHECK(club.test.query("SELECT COUNT(*) FROM left_journals") == 0);
  CHECK(club.test.query("SELECT turn FROM lease_turns") < 1000000);
}

}  // namespace
}  // namespace moadon
