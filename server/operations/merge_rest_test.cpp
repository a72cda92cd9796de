// What is left of points and rights goes along with a merge, and comes back.
#include "server/operations/merge_rest.h"

#include <string>
#include <utility>
#include <vector>

#include "rules/refusal.h"
#include "server/operations/adjust_points.h"
#include "server/operations/grant_right.h"
#include "server/operations/place_hold.h"
#include "server/operations/test_club.h"
#include "server/operations/test_merges.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

int64_t all_points(TestClub& test) {
  return test.query("SELECT COALESCE(SUM(points_milli), 0) FROM points_entries");
}

// Points of 10 and 20 with lives of their own, a coffee each.
struct PointsClub {
  PointsClub() : test(program()) {
    test.clock().set(us("2026-03-01T12:00:00Z"));
    kept = test.enroll("k", "2026-01-05T09:00:00Z");
    lost = test.enroll("l", "2026-01-01T09:00:00Z");
    adjust(kept, 10'000, "a");
    test.clock().set(us("2026-03-05T12:00:00Z"));
    adjust(lost, 20'000, "b");
    grant(lost, "coffee", "c");
  }

  static v1::Program program() {
    v1::Program program = TestClub::program();
    v1::EarnRule& rule = *program.mutable_points()->add_earn_rules();
    rule.set_rule_id("all");
    rule.mutable_per_amount()->set_points_milli(1000);
    rule.mutable_per_amount()->set_amount_minor(100);
    program.mutable_points()->set_expiry_days(30);
    program.mutable_points()->mutable_spending()->set_thousand_points_value_minor(10'000);
    program.mutable_points()->mutable_spending()->set_step_milli(1000);
    v1::RightKind& coffee = *program.add_rights();
    coffee.set_right_id("coffee");
    coffee.set_title("Coffee");
    coffee.mutable_coupon()->set_use_count(2);
    return program;
  }

  void adjust(const std::string& member_id, int64_t points_milli, const std::string& request_id) {
    v1::AdjustPointsRequest request;
    request.set_request_id(request_id);
    request.set_member_id(member_id);
    request.set_points_milli(points_milli);
    request.set_note("by hand");
    request.set_actor("dana");
    REQUIRE(wait_for<v1::AdjustPointsResponse>([&](auto answer) {
              adjust_points(test.club(), request, std::move(answer));
            }).ok());
  }

  void grant(const std::string& member_id, const std::string& right_id,
             const std::string& request_id) {
    v1::GrantMemberRightRequest request;
    request.set_request_id(request_id);
    request.set_member_id(member_id);
    request.set_right_id(right_id);
    request.set_note("by hand");
    request.set_actor("dana");
    REQUIRE(wait_for<v1::GrantMemberRightResponse>([&](auto answer) {
              grant_right(test.club(), request, std::move(answer));
            }).ok());
  }

  TestClub test;
  std::string kept;
  std::string lost;
};

TEST_CASE(
    "points and rights go along with their own lives, and come back as far as they are left") {
  PointsClub club;
  TestClub& test = club.test;
  const int64_t sum = all_points(test);
  REQUIRE(merge(test, club.kept, club.lost).ok());
  CHECK(all_points(test) == sum);
  CHECK(points(test, club.kept).available_milli() == 30'000);
  CHECK(points(test, club.lost).available_milli() == 0);
  REQUIRE(points(test, club.kept).expiring_size() == 2);
  CHECK(points(test, club.kept).expiring(0).expire_date() == "2026-03-31");
  CHECK(points(test, club.kept).expiring(1).expire_date() == "2026-04-04");
  CHECK(by_id(test, club.kept).member().facts().rights_size() == 1);
  CHECK(test.verify() == Texts{});
  club.adjust(club.kept, -15'000, "d");
  REQUIRE(undo(test, club.lost).ok());
  CHECK(all_points(test) == sum - 15'000);
  CHECK(points(test, club.kept).available_milli() == 0);
  CHECK(points(test, club.lost).available_milli() == 15'000);
  CHECK(by_id(test, club.kept).member().facts().rights_size() == 0);
  REQUIRE(by_id(test, club.lost).member().facts().rights_size() == 1);
  CHECK(by_id(test, club.lost).member().facts().rights(0).uses_left() == 2);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("what is owed goes along, and is paid from what the other has") {
  PointsClub club;
  TestClub& test = club.test;
  club.adjust(club.kept, -16'000, "d");
  CHECK(points(test, club.kept).deficit_milli() == 6'000);
  REQUIRE(merge(test, club.lost, club.kept).ok());
  CHECK(points(test, club.lost).available_milli() == 14'000);
  CHECK(points(test, club.kept).deficit_milli() == 0);
  CHECK(test.verify() == Texts{});
  REQUIRE(undo(test, club.kept).ok());
  CHECK(points(test, club.lost).available_milli() == 14'000);
  CHECK(points(test, club.kept).deficit_milli() == 0);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("what the lost one earns late, or brings back, moves the one balance") {
  PointsClub club;
  TestClub& test = club.test;
  buy(test, "1", "2026-03-04T10:00:00Z", "l", 500);
  REQUIRE(merge(test, club.kept, club.lost).ok());
  CHECK(points(test, club.kept).available_milli() == 35'000);
  buy(test, "2", "2026-03-03T10:00:00Z", "l", 700);
  CHECK(points(test, club.kept).available_milli() == 42'000);
  CHECK(points(test, club.lost).available_milli() == 0);
  CHECK(test.verify() == Texts{});
  const auto back = test.record(
      "r1", returned_from("r1", "1", returned("b", "2026-03-05T13:00:00Z", {{"milk", 1000, 500}})));
  REQUIRE(back.has_recorded());
  CHECK(points(test, club.kept).available_milli() == 37'000);
  CHECK(points(test, club.kept).deficit_milli() == 0);
  CHECK(test.query("SELECT COUNT(*) FROM differences") == 0);
  CHECK(test.verify() == Texts{});
  REQUIRE(undo(test, club.lost).ok());
  CHECK(points(test, club.lost).available_milli() == 27'000);
  CHECK(points(test, club.kept).available_milli() == 10'000);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a member of whom a register holds points is not merged into another") {
  PointsClub club;
  TestClub& test = club.test;
  v1::PlaceHoldRequest request;
  request.set_request_id("h");
  request.set_member_id(club.lost);
  request.set_points_milli(1000);
  const RegisterView* const at = test.club().view()->register_of_id("r1");
  REQUIRE(wait_for<v1::PlaceHoldResponse>([&](auto answer) {
            place_hold(test.club(), *at, request, std::move(answer));
          }).ok());
  CHECK(reason_of(merge(test, club.kept, club.lost).status()) == v1::REASON_MEMBER_HELD);
  REQUIRE(merge(test, club.lost, club.kept).ok());
  CHECK(reason_of(undo(test, club.kept).status()) == v1::REASON_MEMBER_HELD);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("what two spent reaches a tier, with the gift that neither had") {
  TestClub test(tiers_with_gifts());
  test.clock().set(us("2026-03-20T12:00:00Z"));
  const std::string kept = test.enroll("k", "2026-01-05T09:00:00Z");
  const std::string lost = test.enroll("l", "2026-01-01T09:00:00Z");
  buy(test, "1", "2026-03-01T10:00:00Z", "k", 20'000);
  buy(test, "2", "2026-03-02T10:00:00Z", "l", 30'000);
  CHECK(points(test, kept).available_milli() == 5'000);
  CHECK(points(test, lost).available_milli() == 5'000);
  REQUIRE(merge(test, kept, lost).ok());
  CHECK(by_id(test, kept).member().facts().tier_id() == "gold");
  CHECK(by_id(test, kept).member().tier_since_date() == "2026-03-20");
  CHECK(by_id(test, kept).tier_moves(1).reason() == v1::TIER_REASON_MERGE);
  CHECK(by_id(test, lost).member().facts().tier_id().empty());
  CHECK(points(test, kept).available_milli() == 15'000);
  CHECK(test.verify() == Texts{});
  test.clock().set(us("2026-03-22T12:00:00Z"));
  REQUIRE(undo(test, lost).ok());
  CHECK(by_id(test, kept).member().facts().tier_id() == "silver");
  CHECK(by_id(test, lost).member().facts().tier_id() == "silver");
  CHECK(points(test, kept).available_milli() == 5'000);
  CHECK(points(test, lost).available_milli() == 5'000);
  CHECK(test.verify() == Texts{});
}

}  // namespace
}  // namespace moadon
