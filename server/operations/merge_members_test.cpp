// Two members who are one person: one story from the merge on, two before it and after its undoing.
#include "server/operations/merge_members.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"
#include "server/operations/find_member.h"
#include "server/operations/read_members.h"
#include "server/operations/test_club.h"
#include "server/operations/test_merges.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

// "stage, purchase days, net spend, last purchase".
std::string standing(TestClub& test, const std::string& member_id) {
  const v1::MemberFacts facts = by_id(test, member_id).member().facts();
  return absl::StrCat(v1::Stage_Name(facts.stage()).substr(6), " ", facts.purchase_day_count(), " ",
                      facts.net_spend_minor(), " ", facts.last_purchase_date());
}

Texts stage_moves(TestClub& test, const std::string& member_id) {
  Texts moves;
  const v1::GetMemberResponse story = by_id(test, member_id);
  for (const v1::StageMove& move : story.moves()) {
    moves.push_back(absl::StrCat(move.move_date(), " ", v1::Stage_Name(move.from()).substr(6), ">",
                                 v1::Stage_Name(move.to()).substr(6), " ",
                                 v1::StageReason_Name(move.reason()).substr(13)));
  }
  return moves;
}

// A club in which card k and card l bought a few times, and are merged on 20 March.
struct MergedClub {
  MergedClub() {
    test.clock().set(us("2026-03-20T12:00:00Z"));
    kept = test.enroll("k", "2026-01-05T09:00:00Z");
    lost = test.enroll("l", "2026-01-01T09:00:00Z");
    buy(test, "1", "2026-01-10T10:00:00Z", "k", 1000);
    buy(test, "2", "2026-01-10T11:00:00Z", "l", 2000);
    buy(test, "3", "2026-02-10T10:00:00Z", "l", 4000);
  }

  TestClub test;
  std::string kept;
  std::string lost;
};

TEST_CASE("a merge makes one story, and leaves the past two") {
  MergedClub club;
  const auto merged = merge(club.test, club.kept, club.lost);
  INFO(merged.status());
  REQUIRE(merged.ok());
  CHECK(merged->member().member_id() == club.kept);
  CHECK(merged->member().keys_size() == 2);
  CHECK(standing(club.test, club.kept) == "ACTIVE 2 7000 2026-02-10");
  CHECK(standing(club.test, club.lost) == "UNSPECIFIED 0 0 ");
  CHECK(by_id(club.test, club.lost).member().merged_into() == club.kept);
  CHECK(stage_moves(club.test, club.kept) == Texts{"2026-01-05 UNSPECIFIED>INTERESTED INTEREST",
                                                   "2026-01-10 INTERESTED>NEW PURCHASE",
                                                   "2026-03-20 NEW>ACTIVE MERGE"});
  CHECK(stage_moves(club.test, club.lost).back() == "2026-03-20 ACTIVE>UNSPECIFIED MERGE");
  CHECK(members_as_of(club.test, "2026-03-20") == Texts{club.kept + ": 2, 7000"});
  Texts two{club.kept + ": 1, 1000", club.lost + ": 2, 6000"};
  std::sort(two.begin(), two.end());
  CHECK(members_as_of(club.test, "2026-03-19") == two);
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("either key and either id lead to the kept one") {
  MergedClub club;
  v1::Key key;
  key.set_card("l");
  REQUIRE(find_member(club.test.club(), key)->facts().member_id() == club.lost);
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  CHECK(find_member(club.test.club(), key)->facts().member_id() == club.kept);
  CHECK(club.test.member("l").member().member_id() == club.kept);
  buy(club.test, "4", "2026-03-20T12:30:00Z", "l");
  CHECK(club.test.recorded("r1", "4").member_id() == club.kept);
  CHECK(find_member(club.test.club(), key)->facts().purchase_day_count() == 3);
  v1::RecordContext named;
  named.set_member_id(club.lost);
  const auto recorded =
      club.test.record("r1", sale("5", "2026-03-20T13:00:00Z", "", {{"tea", 1000, 100}}), named);
  CHECK(recorded.recorded().member_id() == club.kept);
  v1::GetFactsRequest request;
  request.set_member_id(club.lost);
  CHECK(get_facts(club.test.club(), request)->facts().member_id() == club.kept);
  CHECK(club.test.enroll("l", "2026-03-20T12:00:00Z") == club.kept);
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("late sales and returns of the lost one count for the kept one") {
  MergedClub club;
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  buy(club.test, "4", "2026-03-01T10:00:00Z", "l", 500);
  CHECK(club.test.recorded("r1", "4").member_id() == club.lost);
  CHECK(standing(club.test, club.kept) == "ACTIVE 3 7500 2026-03-01");
  club.test.clock().set(us("2026-03-25T12:00:00Z"));
  REQUIRE(club.test
              .record("r1",
                      returned_from("r1", "3",
                                    returned("b", "2026-03-25T10:00:00Z", {{"milk", 1000, 4000}})))
              .has_recorded());
  CHECK(standing(club.test, club.kept) == "ACTIVE 2 3500 2026-03-01");
  CHECK(members_as_of(club.test, "2026-03-24") == Texts{club.kept + ": 3, 7500"});
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("an undone merge leaves two again, with what was bought in between at the kept one") {
  MergedClub club;
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  buy(club.test, "4", "2026-03-20T12:30:00Z", "l", 300);
  club.test.clock().set(us("2026-03-28T12:00:00Z"));
  const auto undone = undo(club.test, club.lost);
  INFO(undone.status());
  REQUIRE(undone.ok());
  CHECK(undone->kept().member_id() == club.kept);
  CHECK(undone->lost().member_id() == club.lost);
  CHECK(standing(club.test, club.kept) == "ACTIVE 2 1300 2026-03-20");
  CHECK(standing(club.test, club.lost) == "ACTIVE 2 6000 2026-02-10");
  CHECK(stage_moves(club.test, club.lost).back() == "2026-03-28 UNSPECIFIED>ACTIVE MERGE");
  CHECK(members_as_of(club.test, "2026-03-27") == Texts{club.kept + ": 3, 7300"});
  buy(club.test, "5", "2026-03-21T10:00:00Z", "l");
  CHECK(club.test.recorded("r1", "5").member_id() == club.kept);
  buy(club.test, "6", "2026-03-28T12:30:00Z", "l");
  CHECK(club.test.recorded("r1", "6").member_id() == club.lost);
  CHECK(club.test.verify() == Texts{});
  CHECK(merge(club.test, club.lost, club.kept, "m2").ok());
  CHECK(standing(club.test, club.lost) == "ACTIVE 5 9300 2026-03-28");
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("merging and undoing are each done once") {
  MergedClub club;
  const auto first = merge(club.test, club.kept, club.lost);
  REQUIRE(first.ok());
  club.test.clock().set(us("2026-03-21T12:00:00Z"));
  const auto again = merge(club.test, club.kept, club.lost);
  REQUIRE(again.ok());
  CHECK(again->SerializeAsString() == first->SerializeAsString());
  CHECK(reason_of(merge(club.test, club.lost, club.kept).status()) == v1::REASON_REQUEST_REUSED);
  REQUIRE(undo(club.test, club.lost).ok());
  REQUIRE(undo(club.test, club.lost).ok());
  CHECK(reason_of(undo(club.test, club.lost, "u2").status()) == v1::REASON_MERGE_UNKNOWN);
  CHECK(club.test.query("SELECT COUNT(*) FROM merges") == 1);
}

TEST_CASE("what cannot be merged is refused, and nothing changes") {
  MergedClub club;
  const std::string third = club.test.enroll("t", "2026-03-01T09:00:00Z");
  const auto reason = [&](const std::string& kept, const std::string& lost) {
    return reason_of(merge(club.test, kept, lost, "x").status());
  };
  CHECK(reason(club.kept, club.kept) == v1::REASON_FIELD_INVALID);
  CHECK(reason("00000000000000ff", club.lost) == v1::REASON_MEMBER_UNKNOWN);
  CHECK(reason("", club.lost) == v1::REASON_FIELD_MISSING);
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  CHECK(reason(third, club.lost) == v1::REASON_MEMBER_MERGED);
  CHECK(reason(club.lost, third) == v1::REASON_MEMBER_MERGED);
  club.test.tamper(
      "UPDATE members SET erase_us = 1 WHERE member_id = (SELECT member_id FROM "
      "member_keys WHERE LOWER(value) = 't')");
  CHECK(reason(club.kept, third) == v1::REASON_MEMBER_ERASED);
  CHECK(club.test.query("SELECT COUNT(*) FROM merges") == 1);
}

TEST_CASE("members become part of each other in a chain, undone from its end") {
  MergedClub club;
  TestClub& test = club.test;
  const std::string third = test.enroll("t", "2026-03-01T09:00:00Z");
  buy(test, "4", "2026-03-02T10:00:00Z", "t", 100);
  REQUIRE(merge(test, club.kept, club.lost, "m1").ok());
  test.clock().set(us("2026-03-22T12:00:00Z"));
  REQUIRE(merge(test, third, club.kept, "m2").ok());
  CHECK(standing(test, third) == "ACTIVE 3 7100 2026-03-02");
  CHECK(test.member("l").member().member_id() == third);
  CHECK(test.member("l").member().keys_size() == 3);
  buy(test, "5", "2026-03-05T10:00:00Z", "l", 50);
  CHECK(standing(test, third) == "ACTIVE 4 7150 2026-03-05");
  CHECK(test.verify() == Texts{});
  const absl::Status refused = undo(test, club.lost, "u0").status();
  CHECK(reason_of(refused) == v1::REASON_MEMBER_MERGED);
  test.clock().set(us("2026-03-24T12:00:00Z"));
  REQUIRE(undo(test, club.kept, "u2").ok());
  REQUIRE(undo(test, club.lost, "u1").ok());
  CHECK(standing(test, third) == "NEW 1 100 2026-03-02");
  CHECK(standing(test, club.kept) == "NEW 1 1000 2026-01-10");
  CHECK(standing(test, club.lost) == "ACTIVE 3 6050 2026-03-05");
  CHECK(test.verify() == Texts{});
}

}  // namespace
}  // namespace moadon
