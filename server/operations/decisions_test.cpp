// What owners decide by hand: once per request, with why and who.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"
#include "server/operations/adjust_points.h"
#include "server/operations/grant_right.h"
#include "server/operations/list_points.h"
#include "server/operations/lock_tier.h"
#include "server/operations/test_club.h"
#include "server/operations/update_member.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

v1::Program program_with_all() {
  v1::Program program = TestClub::program();
  v1::EarnRule& rule = *program.mutable_points()->add_earn_rules();
  rule.set_rule_id("all");
  rule.mutable_per_visit()->set_points_milli(1000);
  v1::RightKind& coffee = *program.add_rights();
  coffee.set_right_id("coffee");
  coffee.set_title("Coffee");
  coffee.mutable_coupon()->set_use_count(2);
  coffee.set_valid_days(7);
  v1::Tier& gold = *program.add_tiers();
  gold.set_tier_id("gold");
  gold.set_title("Gold");
  gold.add_any_of()->set_spend_minor(100'000);
  gold.set_rolling_days(365);
  return program;
}

template <typename Request>
Request decision(const std::string& request_id, const std::string& member_id) {
  Request request;
  request.set_request_id(request_id);
  request.set_member_id(member_id);
  request.set_note("a mistake of ours");
  request.set_actor("dana");
  return request;
}

v1::AdjustPointsRequest adjustment(const std::string& request_id, const std::string& member_id,
                                   int64_t points_milli) {
  auto request = decision<v1::AdjustPointsRequest>(request_id, member_id);
  request.set_points_milli(points_milli);
  return request;
}

absl::StatusOr<v1::AdjustPointsResponse> adjust(TestClub& test,
                                                const v1::AdjustPointsRequest& request) {
  return wait_for<v1::AdjustPointsResponse>(
      [&](auto answer) { adjust_points(test.club(), request, std::move(answer)); });
}

absl::StatusOr<v1::GrantMemberRightResponse> grant(TestClub& test,
                                                   const v1::GrantMemberRightRequest& request) {
  return wait_for<v1::GrantMemberRightResponse>(
      [&](auto answer) { grant_right(test.club(), request, std::move(answer)); });
}

absl::StatusOr<v1::LockTierResponse> lock_at(TestClub& test, const std::string& request_id,
                                             const std::string& member_id,
                                             const std::string& tier_id,
                                             const std::string& until_date) {
  auto request = decision<v1::LockTierRequest>(request_id, member_id);
  request.set_tier_id(tier_id);
  request.set_until_date(until_date);
  return wait_for<v1::LockTierResponse>(
      [&](auto answer) { lock_tier(test.club(), request, std::move(answer)); });
}

Texts ledger(TestClub& test, const std::string& member_id) {
  v1::ListPointsRequest request;
  request.set_member_id(member_id);
  request.set_page_size(2);
  Texts entries;
  for (int page = 0; page < 100; ++page) {
    const auto points = list_points(test.club(), request);
    INFO(points.status());
    REQUIRE(points.ok());
    for (const v1::PointsEntry& entry : points->entries()) {
      entries.push_back(absl::StrCat(entry.entry_number(), " ", entry.entry_date(), " ",
                                     v1::PointsEntryKind_Name(entry.kind()).substr(18), " ",
                                     entry.points_milli(), " ", entry.source(), " ", entry.note(),
                                     " ", entry.actor()));
    }
    if (points->next_page_token().empty()) return entries;
    request.set_page_token(points->next_page_token());
  }
  FAIL("the ledger does not end");
  return entries;
}

TEST_CASE("points are adjusted once per request, with why and who") {
  TestClub test(program_with_all());
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  const auto first = adjust(test, adjustment("q1", member_id, 5000));
  REQUIRE(first.ok());
  CHECK(first->facts().points().available_milli() == 5000);
  REQUIRE(adjust(test, adjustment("q2", member_id, -2000)).ok());
  for (int i = 0; i < 3; ++i) {
    const auto again = adjust(test, adjustment("q1", member_id, 5000));
    REQUIRE(again.ok());
    CHECK(again->SerializeAsString() == first->SerializeAsString());  // as it was then
  }
  CHECK(ledger(test, member_id) == Texts{"1 2026-01-01 ADJUST 5000 q1 a mistake of ours dana",
                                         "2 2026-01-01 ADJUST -2000 q2 a mistake of ours dana"});
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a request that decided something else is refused and changes nothing") {
  TestClub test(program_with_all());
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(adjust(test, adjustment("q1", member_id, 5000)).ok());
  v1::AdjustPointsRequest other = adjustment("q1", member_id, 5000);
  other.set_actor("yossi");
  CHECK(reason_of(adjust(test, other).status()) == v1::REASON_REQUEST_REUSED);
  CHECK(reason_of(adjust(test, adjustment("q1", member_id, 5001)).status()) ==
        v1::REASON_REQUEST_REUSED);
  auto right = decision<v1::GrantMemberRightRequest>("q1", member_id);
  right.set_right_id("coffee");
  CHECK(reason_of(grant(test, right).status()) == v1::REASON_REQUEST_REUSED);
  CHECK(reason_of(lock_at(test, "q1", member_id, "gold", "2026-12-31").status()) ==
        v1::REASON_REQUEST_REUSED);
  CHECK(ledger(test, member_id).size() == 1);
  CHECK(test.query("SELECT COUNT(*) FROM rights") == 0);
}

TEST_CASE("a request that was refused may be made good under its name") {
  TestClub test(program_with_all());
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  auto request = decision<v1::GrantMemberRightRequest>("q1", member_id);
  request.set_right_id("tea");
  CHECK(reason_of(grant(test, request).status()) == v1::REASON_RIGHT_UNKNOWN);
  request.set_right_id("coffee");
  CHECK(grant(test, request).ok());
}

TEST_CASE("taking more points than there are leaves a deficit that the next points pay") {
  TestClub test(program_with_all());
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(adjust(test, adjustment("q1", member_id, 1000)).ok());
  const auto taken = adjust(test, adjustment("q2", member_id, -4000));
  REQUIRE(taken.ok());
  CHECK(taken->facts().points().available_milli() == 0);
  CHECK(taken->facts().points().deficit_milli() == 3000);
  const auto given = adjust(test, adjustment("q3", member_id, 5000));
  REQUIRE(given.ok());
  CHECK(given->facts().points().available_milli() == 2000);
  CHECK(given->facts().points().deficit_milli() == 0);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a right is granted once per request, valid as its kind says") {
  TestClub test(program_with_all());
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  auto request = decision<v1::GrantMemberRightRequest>("q1", member_id);
  request.set_right_id("coffee");
  const auto first = grant(test, request);
  REQUIRE(first.ok());
  CHECK(first->right().uses_left() == 2);
  CHECK(first->right().valid_from_date() == "2026-01-01");
  CHECK(first->right().valid_until_date() == "2026-01-07");
  const auto again = grant(test, request);
  REQUIRE(again.ok());
  CHECK(again->right().grant_id() == first->right().grant_id());
  REQUIRE(test.member("c1").rights_size() == 1);
  CHECK(test.member("c1").member().facts().rights_size() == 1);
  test.clock().set(us("2026-01-08T12:00:00Z"));
  CHECK(test.member("c1").member().facts().rights_size() == 0);
  CHECK(test.member("c1").rights_size() == 1);
}

TEST_CASE("a locked tier holds through its last date and is told with why and who") {
  TestClub test(program_with_all());
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  CHECK(reason_of(lock_at(test, "q1", member_id, "silver", "2026-02-01").status()) ==
        v1::REASON_TIER_UNKNOWN);
  CHECK(reason_of(lock_at(test, "q1", member_id, "gold", "2025-12-31").status()) ==
        v1::REASON_TIME_OUT_OF_RANGE);
  const auto locked = lock_at(test, "q1", member_id, "gold", "2026-02-01");
  REQUIRE(locked.ok());
  CHECK(locked->member().facts().tier_id() == "gold");
  CHECK(locked->member().tier_since_date() == "2026-01-01");
  REQUIRE(lock_at(test, "q1", member_id, "gold", "2026-02-01").ok());
  REQUIRE(test.member("c1").tier_locks_size() == 1);
  CHECK(test.member("c1").tier_locks(0).note() == "a mistake of ours");
  CHECK(test.member("c1").tier_locks(0).actor() == "dana");
  REQUIRE(test.member("c1").tier_moves_size() == 1);
  CHECK(test.member("c1").tier_moves(0).reason() == v1::TIER_REASON_LOCK);

  test.clock().set(us("2026-02-01T12:00:00Z"));
  CHECK(test.member("c1").member().facts().tier_id() == "gold");
  test.clock().set(us("2026-02-02T12:00:00Z"));
  CHECK(test.member("c1").member().facts().tier_id() == "");  // before the job came by
  test.age();
  CHECK(test.member("c1").tier_moves_size() == 2);
  CHECK(test.member("c1").tier_moves(1).move_date() == "2026-02-02");
  CHECK(test.verify() == Texts{});
}

TEST_CASE("birthday, anniversary and tags are set, kept and forgotten") {
  TestClub test;
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  v1::UpdateMemberRequest request;
  request.set_member_id(member_id);
  const auto update = [&] {
    const auto updated = wait_for<v1::UpdateMemberResponse>(
        [&](auto answer) { update_member(test.club(), request, std::move(answer)); });
    INFO(updated.status());
    REQUIRE(updated.ok());
    return updated->member();
  };
  request.set_birth_date("1980-02-29");
  request.add_add_tags("vip");
  request.add_add_tags("allergic");
  const v1::Member first = update();
  CHECK(first.birth_date() == "1980-02-29");
  CHECK(first.facts().birthday() == "02-29");
  REQUIRE(first.facts().tags_size() == 2);
  CHECK(first.facts().tags(0) == "allergic");
  CHECK(update().facts().snapshot() == first.facts().snapshot());  // nothing changed

  request.clear_birth_date();
  request.clear_add_tags();
  request.set_anniversary_date("2001-06-01");
  request.add_remove_tags("vip");
  const v1::Member second = update();
  CHECK(second.facts().snapshot() > first.facts().snapshot());
  CHECK(second.birth_date() == "1980-02-29");
  CHECK(second.facts().anniversary() == "06-01");
  CHECK(second.facts().tags_size() == 1);
  request.set_birth_date("");
  CHECK(update().birth_date() == "");
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a member has at most 64 tags") {
  TestClub test;
  v1::UpdateMemberRequest request;
  request.set_member_id(test.enroll("c1", "2026-01-01T09:00:00Z"));
  for (int i = 0; i < kMaxTagsPerMember; ++i) request.add_add_tags(absl::StrCat("t", i));
  const auto update = [&] {
    return wait_for<v1::UpdateMemberResponse>(
               [&](auto answer) { update_member(test.club(), request, std::move(answer)); })
        .status();
  };
  REQUIRE(update().ok());
  request.clear_add_tags();
  request.add_add_tags("one more");
  CHECK(reason_of(update()) == v1::REASON_FIELD_INVALID);
  request.add_remove_tags("t0");
  CHECK(update().ok());
}

}  // namespace
}  // namespace moadon
