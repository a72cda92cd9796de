// Tiers as kept: facts in any order, returns, time, versions, gifts.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/operations/adjust_points.h"
#include "server/operations/place_hold.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

v1::Tier tier(const std::string& tier_id, int64_t spend_minor) {
  v1::Tier tier;
  tier.set_tier_id(tier_id);
  tier.set_title(tier_id);
  tier.add_any_of()->set_spend_minor(spend_minor);
  tier.set_rolling_days(30);
  tier.set_grace_days(5);
  return tier;
}

// Silver at 100.00 with a coffee, gold at 500.00 with 50 points, in 30 days.
v1::Program program_with_tiers() {
  v1::Program program = TestClub::program();
  program.mutable_points();
  v1::RightKind& coffee = *program.add_rights();
  coffee.set_right_id("coffee");
  coffee.set_title("Coffee");
  coffee.mutable_coupon();
  *program.add_tiers() = tier("silver", 10'000);
  *program.add_tiers() = tier("gold", 50'000);
  program.mutable_tiers(0)->mutable_entry_gift()->set_right_id("coffee");
  program.mutable_tiers(1)->mutable_entry_gift()->set_points_milli(50'000);
  return program;
}

Texts moves_of(TestClub& test, const std::string& card) {
  Texts moves;
  const v1::GetMemberResponse story = test.member(card);
  for (const v1::TierMove& move : story.tier_moves()) {
    moves.push_back(absl::StrCat(move.move_date(), " ", move.from_tier_id(), ">", move.to_tier_id(),
                                 " ", v1::TierReason_Name(move.reason()).substr(12)));
  }
  return moves;
}

// "tier since; rights with a use left; points".
std::string standing(TestClub& test, const std::string& card) {
  const v1::GetMemberResponse story = test.member(card);
  const v1::MemberFacts& facts = story.member().facts();
  return absl::StrCat(facts.tier_id(), " ", story.member().tier_since_date(), "; ",
                      facts.rights_size(), "; ", facts.points().available_milli(), " ",
                      facts.points().deficit_milli());
}

void buy(TestClub& test, const std::string& receipt, const std::string& date, int64_t amount_minor,
         const std::string& card = "c1") {
  REQUIRE(
      test.record("r1", sale(receipt, date + "T10:00:00Z", card, {{"milk", 1000, amount_minor}}))
          .has_recorded());
}

void bring_back(TestClub& test, const std::string& receipt, const std::string& date,
                const std::string& of, int64_t amount_minor) {
  REQUIRE(test.record("r1", returned_from("r1", of,
                                          returned(receipt, date + "T10:00:00Z",
                                                   {{"milk", 1000, amount_minor}})))
              .has_recorded());
}

TEST_CASE("a purchase that reaches a bar raises the tier at once, with its gift once") {
  TestClub test(program_with_tiers());
  test.clock().set(us("2026-02-10T12:00:00Z"));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "1", "2026-02-01", 9'999);
  CHECK(standing(test, "c1") == " ; 0; 0 0");
  REQUIRE(test.member("c1").member().facts().next_tier_gaps_size() == 1);
  CHECK(test.member("c1").member().facts().next_tier_gaps(0).spend_minor() == 1);
  buy(test, "2", "2026-02-02", 1);
  CHECK(standing(test, "c1") == "silver 2026-02-02; 1; 0 0");
  buy(test, "3", "2026-02-03", 40'000);
  CHECK(standing(test, "c1") == "gold 2026-02-03; 1; 50000 0");
  CHECK(test.member("c1").member().facts().next_tier_gaps_size() == 0);
  CHECK(moves_of(test, "c1") ==
        Texts{"2026-02-02 >silver PURCHASE", "2026-02-03 silver>gold PURCHASE"});
  CHECK(test.verify() == Texts{});
}

TEST_CASE("several tiers at once are one move with the gift of the highest") {
  TestClub test(program_with_tiers());
  test.clock().set(us("2026-02-10T12:00:00Z"));
  buy(test, "1", "2026-02-01", 50'000, "");
  test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "2", "2026-02-01", 50'000);
  CHECK(standing(test, "c1") == "gold 2026-02-01; 0; 50000 0");
  CHECK(moves_of(test, "c1") == Texts{"2026-02-01 >gold PURCHASE"});
}

TEST_CASE("time alone takes a tier after grace, dated to the day, from the members who are due") {
  TestClub test(program_with_tiers());
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.enroll("c2", "2026-01-01T09:00:00Z");
  buy(test, "1", "2026-01-01", 10'000);
  // In the window through 30 January; below at the starts of 31 January to 5 February.
  test.clock().set(us("2026-02-04T23:00:00Z"));
  test.age();
  CHECK(standing(test, "c1") == "silver 2026-01-01; 1; 0 0");
  test.clock().set(us("2026-02-05T00:00:01Z"));
  CHECK(standing(test, "c1") == " ; 1; 0 0");  // before the job came by
  const int64_t snapshot = test.member("c1").member().facts().snapshot();
  CHECK(test.age() == 1);
  CHECK(test.age() == 0);
  CHECK(test.member("c1").member().facts().snapshot() > snapshot);
  CHECK(moves_of(test, "c1") == Texts{"2026-01-01 >silver PURCHASE", "2026-02-05 silver> LAPSE"});
  buy(test, "2", "2026-02-05", 10'000);
  CHECK(standing(test, "c1") == "silver 2026-02-05; 1; 0 0");  // the gift was given
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a late sale supersedes the moves after it") {
  TestClub test(program_with_tiers());
  test.clock().set(us("2026-06-01T12:00:00Z"));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "1", "2026-01-10", 10'000);
  CHECK(moves_of(test, "c1") == Texts{"2026-01-10 >silver PURCHASE", "2026-02-14 silver> LAPSE"});
  buy(test, "2", "2026-01-30", 10'000);
  CHECK(moves_of(test, "c1") == Texts{"2026-01-10 >silver PURCHASE", "2026-03-06 silver> LAPSE"});
  buy(test, "3", "2026-01-09", 5'000);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a return undoes the rise that rested on it and takes an unused gift back") {
  TestClub test(program_with_tiers());
  test.clock().set(us("2026-02-10T12:00:00Z"));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "1", "2026-02-01", 10'000);
  buy(test, "2", "2026-02-02", 40'000);
  CHECK(standing(test, "c1") == "gold 2026-02-02; 1; 50000 0");
  bring_back(test, "3", "2026-02-05", "2", 40'000);
  CHECK(standing(test, "c1") == "silver 2026-02-05; 1; 0 0");
  bring_back(test, "4", "2026-02-06", "1", 10'000);
  CHECK(standing(test, "c1") == " ; 0; 0 0");
  CHECK(moves_of(test, "c1") ==
        Texts{"2026-02-01 >silver PURCHASE", "2026-02-02 silver>gold PURCHASE",
              "2026-02-05 gold>silver RETURN", "2026-02-06 silver> RETURN"});
  CHECK(test.query("SELECT SUM(points_milli) FROM points_entries") == 0);
  buy(test, "5", "2026-02-07", 10'000);
  CHECK(standing(test, "c1") == "silver 2026-02-07; 1; 0 0");  // risen anew, welcomed anew
  CHECK(test.verify() == Texts{});
}

TEST_CASE("of a gift that was used a return leaves a debt and a difference") {
  TestClub test(program_with_tiers());
  test.clock().set(us("2026-02-10T12:00:00Z"));
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "1", "2026-02-01", 10'000);
  buy(test, "2", "2026-02-02", 40'000);
  v1::AdjustPointsRequest taken;
  taken.set_request_id("q1");
  taken.set_member_id(member_id);
  taken.set_points_milli(-30'000);
  taken.set_note("bought a lamp");
  taken.set_actor("dana");
  REQUIRE(wait_for<v1::AdjustPointsResponse>([&](auto answer) {
            adjust_points(test.club(), taken, std::move(answer));
          }).ok());
  v1::PlaceHoldRequest hold;
  hold.set_request_id("h1");
  hold.set_member_id(member_id);
  hold.add_rights()->set_grant_id(test.member("c1").rights(0).grant_id());
  const ClubViewPtr view = test.club().view();
  REQUIRE(wait_for<v1::PlaceHoldResponse>([&](auto answer) {
            place_hold(test.club(), *view->register_of_id("r1"), hold, std::move(answer));
          }).ok());

  bring_back(test, "3", "2026-02-05", "2", 40'000);
  CHECK(standing(test, "c1") == "silver 2026-02-05; 0; 0 30000");
  REQUIRE(test.recorded("r1", "3").differences_size() == 1);
  CHECK(test.recorded("r1", "3").differences(0).points_used_elsewhere().points_milli() == 30'000);
  bring_back(test, "4", "2026-02-06", "1", 10'000);
  REQUIRE(test.recorded("r1", "4").differences_size() == 1);
  CHECK(test.recorded("r1", "4").differences(0).right_used_elsewhere().grant_id() ==
        hold.rights(0).grant_id());
  buy(test, "5", "2026-02-07", 50'000);
  CHECK(standing(test, "c1") == "gold 2026-02-07; 0; 20000 0");  // the debt is paid first
  CHECK(test.verify() == Texts{});
}

TEST_CASE("the two giant sales that come back leave no tier and no gift behind") {
  TestClub test(program_with_tiers());
  test.clock().set(us("2026-02-10T12:00:00Z"));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  bring_back(test, "2", "2026-02-01", "1", 7'718'360);  // first of all
  buy(test, "1", "2026-02-01", 7'718'360);
  CHECK(standing(test, "c1") == " ; 0; 0 0");
  CHECK(moves_of(test, "c1") == Texts{});
  CHECK(test.query("SELECT COUNT(*) FROM points_entries") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM rights") == 0);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("facts in any order leave the same moves") {
  struct Fact {
    std::string receipt;
    std::string date;
    int64_t amount_minor;
    std::string of;  // of a return: its sale
  };
  std::vector<Fact> facts = {{"1", "2026-01-03", 9'000, ""},
                             {"2", "2026-01-20", 12'000, ""},
                             {"3", "2026-02-01", 45'000, ""},
                             {"4", "2026-02-04", 45'000, "3"},
                             {"5", "2026-03-15", 11'000, ""}};
  const auto by_receipt = [](const Fact& a, const Fact& b) { return a.receipt < b.receipt; };
  Texts expected;
  do {
    TestClub test(program_with_tiers());
    test.clock().set(us("2026-06-01T12:00:00Z"));
    test.enroll("c1", "2026-01-01T09:00:00Z");
    for (const Fact& fact : facts) {
      if (fact.of.empty()) {
        buy(test, fact.receipt, fact.date, fact.amount_minor);
      } else {
        bring_back(test, fact.receipt, fact.date, fact.of, fact.amount_minor);
      }
    }
    const Texts moves = moves_of(test, "c1");
    if (expected.empty()) expected = moves;
    CHECK(moves == expected);
    CHECK(test.verify() == Texts{});
    // Each fourth of the 120 orders, for speed.
    for (int i = 0; i < 3; ++i) std::next_permutation(facts.begin(), facts.end(), by_receipt);
  } while (std::next_permutation(facts.begin(), facts.end(), by_receipt));
  CHECK(expected.size() >= 4);
}

TEST_CASE("a version decides again from its first day, for everybody") {
  // The member's stage is due after that day, or before it.
  const int64_t gap_days_milli = GENERATE(30'000, 1'000);
  v1::Program before = TestClub::program();  // without tiers
  before.mutable_stages()->set_club_gap_days_milli(gap_days_milli);
  TestClub test(before);
  test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "1", "2026-01-01", 10'000);
  CHECK(standing(test, "c1") == " ; 0; 0 0");
  v1::Program program = program_with_tiers();
  *program.mutable_start_time() = at("2026-01-10T00:00:00Z");
  test.publish(program);
  CHECK(standing(test, "c1") == " ; 0; 0 0");
  CHECK(test.verify() == Texts{});
  test.clock().set(us("2026-01-10T12:00:00Z"));
  CHECK(test.member("c1").member().facts().tier_id() == "silver");  // before the job came by
  CHECK(test.verify() == Texts{});
  test.age();
  CHECK(standing(test, "c1") == "silver 2026-01-10; 1; 0 0");
  CHECK(moves_of(test, "c1") == Texts{"2026-01-10 >silver PROGRAM"});
  CHECK(test.verify() == Texts{});
}

TEST_CASE("without tiers nothing is looked for and nothing kept") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  buy(test, "1", "2026-01-01", 10'000'000);
  CHECK(test.query("SELECT COUNT(*) FROM tier_moves") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM tier_gifts") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM members WHERE next_tier_day IS NOT NULL") == 0);
}

}  // namespace
}  // namespace moadon
