// Two members who are one person: one story from the merge on, two before it and after its undoing.
#include "server/operations/merge_members.h"

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rules/refusal.h"
#include "server/operations/adjust_points.h"
#include "server/operations/find_member.h"
#include "server/operations/grant_right.h"
#include "server/operations/place_hold.h"
#include "server/operations/read_members.h"
#include "server/operations/report_stages.h"
#include "server/operations/test_club.h"
#include "server/operations/test_promises.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

absl::StatusOr<v1::MergeMembersResponse> merge(TestClub& test, const std::string& kept,
                                               const std::string& lost,
                                               const std::string& request_id = "m1") {
  v1::MergeMembersRequest request;
  request.set_request_id(request_id);
  request.set_kept_member_id(kept);
  request.set_lost_member_id(lost);
  request.set_note("one person");
  request.set_actor("dana");
  return wait_for<v1::MergeMembersResponse>(
      [&](auto answer) { merge_members(test.club(), request, std::move(answer)); });
}

absl::StatusOr<v1::UndoMergeResponse> undo(TestClub& test, const std::string& lost,
                                           const std::string& request_id = "u1") {
  v1::UndoMergeRequest request;
  request.set_request_id(request_id);
  request.set_lost_member_id(lost);
  request.set_note("two persons");
  request.set_actor("dana");
  return wait_for<v1::UndoMergeResponse>(
      [&](auto answer) { undo_merge(test.club(), request, std::move(answer)); });
}

v1::GetMemberResponse by_id(TestClub& test, const std::string& member_id) {
  v1::GetMemberRequest request;
  request.set_member_id(member_id);
  const auto found = get_member(test.club(), request);
  INFO(found.status());
  REQUIRE(found.ok());
  return *found;
}

void buy(TestClub& test, const std::string& receipt, const std::string& time,
         const std::string& card, int64_t amount_minor = 1000) {
  REQUIRE(
      test.record("r1", sale(receipt, time, card, {{"milk", 1000, amount_minor}})).has_recorded());
}

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

// Members as of a date: "id: purchase days, net spend", sorted.
Texts members_as_of(TestClub& test, const std::string& date) {
  v1::ExportMembersRequest request;
  request.mutable_as_of()->set_date(date);
  const auto exported = export_members(test.club(), request);
  REQUIRE(exported.ok());
  Texts members;
  for (const v1::MemberStanding& member : exported->members()) {
    members.push_back(absl::StrCat(member.member_id(), ": ", member.purchase_day_count(), ", ",
                                   member.net_spend_minor()));
  }
  std::sort(members.begin(), members.end());
  return members;
}

v1::PointsStanding points(TestClub& test, const std::string& member_id) {
  return by_id(test, member_id).member().facts().points();
}

int64_t all_points(TestClub& test) {
  return test.query("SELECT COALESCE(SUM(points_milli), 0) FROM points_entries");
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

v1::Program program_with_tiers() {
  v1::Program program = TestClub::program();
  program.mutable_points();
  for (const auto& [id, spend_minor] : {std::pair("silver", 10'000), std::pair("gold", 50'000)}) {
    v1::Tier& tier = *program.add_tiers();
    tier.set_tier_id(id);
    tier.set_title(id);
    tier.add_any_of()->set_spend_minor(spend_minor);
    tier.set_rolling_days(60);
    tier.set_grace_days(5);
    tier.mutable_entry_gift()->set_points_milli(5'000);
  }
  return program;
}

TEST_CASE("what two spent reaches a tier, with the gift that neither had") {
  TestClub test(program_with_tiers());
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

// A history of three members and two merges, one of them undone, told in any order of arrival.
class History final {
 public:
  explicit History(uint32_t seed) : random_(seed) {
    for (int i = 0; i < kSales; ++i) add_sale(i);
  }

  // Every document arrives in one of the times between the decisions, after it happened.
  std::string outcome(uint32_t seed, const v1::Program& program) const {
    std::mt19937 random(seed);
    std::vector<std::vector<const Document*>> slots(4);
    for (const Document& document : documents_) {
      const int first = document.day < kFirstDay    ? 0
                        : document.day < kSecondDay ? 1
                        : document.day < kUndoDay   ? 2
                                                    : 3;
      const int slot = std::uniform_int_distribution<int>(first, 3)(random);
      slots[slot].push_back(&document);
    }
    TestClub test(program);
    test.clock().set(time_on(kFirstDay, 12));
    const std::string a = test.enroll("a", day_text(0));
    const std::string b = test.enroll("b", day_text(1));
    const std::string c = test.enroll("c", day_text(2));
    send(test, slots[0], random);
    REQUIRE(merge(test, b, a, "m1").ok());
    test.clock().set(time_on(kSecondDay, 12));
    send(test, slots[1], random);
    REQUIRE(merge(test, b, c, "m2").ok());
    test.clock().set(time_on(kUndoDay, 12));
    test.age();
    send(test, slots[2], random);
    REQUIRE(undo(test, a, "u1").ok());
    test.clock().set(time_on(kLastDay, 12));
    send(test, slots[3], random);
    test.age();
    CHECK(test.verify() == Texts{});
    return text_of(test, {a, b, c});
  }

 private:
  static constexpr int kSales = 30;
  static constexpr int kFirstDay = 60;
  static constexpr int kSecondDay = 90;
  static constexpr int kUndoDay = 120;
  static constexpr int kLastDay = 200;

  struct Document {
    int day = 0;
    std::string original;  // of a return: what it returns
    std::function<void(TestClub&)> send;
  };

  static int64_t time_on(int day, int hour) {
    return us("2026-01-01T00:00:00Z") + absl::ToInt64Microseconds(absl::Hours(24 * day + hour));
  }
  static std::string day_text(int day) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(time_on(day, 8)),
                            absl::UTCTimeZone());
  }

  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void add_sale(int number) {
    const int day = 3 + pick(kLastDay - 3);
    const std::string receipt = absl::StrCat("s", number);
    const std::string card(1, static_cast<char>('a' + pick(3)));
    const v1::Sale made = sale(receipt, day_text(day), card, {{"milk", 2000, 500 + pick(3000)}});
    documents_.push_back(
        {day, "", [made](TestClub& test) { REQUIRE(test.record("r1", made).has_recorded()); }});
    if (pick(3) > 0) return;
    const int back_day = std::min(day + pick(40), kLastDay - 1);
    const v1::Return back =
        returned_from("r1", receipt,
                      returned(absl::StrCat("b", number), day_text(back_day),
                               {{"milk", 1000 * (1 + pick(2)), made.lines(0).unit_price_minor()}}));
    documents_.push_back({back_day, receipt, [back](TestClub& test) {
                            REQUIRE(test.record("r1", back).has_recorded());
                          }});
  }

  static void send(TestClub& test, std::vector<const Document*> documents, std::mt19937& random) {
    std::shuffle(documents.begin(), documents.end(), random);
    for (const Document* document : documents) document->send(test);
  }

  static std::string text_of(TestClub& test, const std::vector<std::string>& ids) {
    std::string text;
    for (const std::string& id : ids) {
      v1::GetMemberResponse story = by_id(test, id);
      story.mutable_member()->clear_member_id();
      story.mutable_member()->clear_merged_into();
      story.mutable_member()->mutable_facts()->clear_member_id();
      story.mutable_member()->mutable_facts()->clear_snapshot();
      story.mutable_member()->mutable_facts()->clear_seal();
      absl::StrAppend(&text, story.DebugString(), "\n");
      for (const char* date : {"2026-02-15", "2026-03-15", "2026-04-15", "2026-06-01"}) {
        for (const std::string& member : members_as_of(test, date)) {
          if (member.substr(0, id.size()) == id) absl::StrAppend(&text, member.substr(16), "\n");
        }
      }
    }
    return text;
  }

  std::mt19937 random_;
  std::vector<Document> documents_;
};

TEST_CASE("histories with merges end alike in any order of arrival, and verify agrees") {
  const uint32_t seed = std::random_device()();
  CAPTURE(seed);
  const History history(seed);
  v1::Program program = program_with_tiers();
  program.clear_points();
  for (v1::Tier& tier : *program.mutable_tiers()) tier.clear_entry_gift();
  const std::string first = history.outcome(seed, program);
  for (uint32_t i = 1; i < 5; ++i) {
    CAPTURE(i);
    REQUIRE(history.outcome(seed + i, program) == first);
  }
}

TEST_CASE("histories with merges and every promise are found in order") {
  const uint32_t seed = std::random_device()();
  CAPTURE(seed);
  for (uint32_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    const History history(seed + i);
    history.outcome(seed, promising_program());
  }
}

}  // namespace
}  // namespace moadon
