// Holds: all or nothing, once per request, free again only when it is known that no sale used them.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/durations.h"
#include "rules/refusal.h"
#include "server/operations/adjust_points.h"
#include "server/operations/cancel_hold.h"
#include "server/operations/end_silent_holds.h"
#include "server/operations/grant_right.h"
#include "server/operations/note_heartbeat.h"
#include "server/operations/place_hold.h"
#include "server/operations/read_members.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

v1::Program program_with_points() {
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
  coffee.mutable_coupon()->set_use_count(1);
  v1::RightKind& voucher = *program.add_rights();
  voucher.set_right_id("voucher");
  voucher.set_title("Voucher");
  voucher.mutable_voucher()->set_amount_minor(1000);
  return program;
}

// A club with one member who has 10 points, a coffee and a voucher of 10.00.
struct HoldClub {
  HoldClub() : test(program_with_points(), {"r1", "r2"}) {
    member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
    v1::AdjustPointsRequest adjust;
    adjust.set_request_id("a");
    adjust.set_member_id(member_id);
    adjust.set_points_milli(10'000);
    adjust.set_note("welcome");
    adjust.set_actor("dana");
    REQUIRE(wait_for<v1::AdjustPointsResponse>([&](auto answer) {
              adjust_points(test.club(), adjust, std::move(answer));
            }).ok());
    coffee = grant("coffee");
    voucher = grant("voucher");
  }

  std::string grant(const std::string& right_id) {
    v1::GrantMemberRightRequest request;
    request.set_request_id("grant " + right_id);
    request.set_member_id(member_id);
    request.set_right_id(right_id);
    request.set_note("welcome");
    request.set_actor("dana");
    const auto granted = wait_for<v1::GrantMemberRightResponse>(
        [&](auto answer) { grant_right(test.club(), request, std::move(answer)); });
    REQUIRE(granted.ok());
    return granted->right().grant_id();
  }

  v1::PlaceHoldRequest request(const std::string& request_id, int64_t points_milli) const {
    v1::PlaceHoldRequest request;
    request.set_request_id(request_id);
    request.set_member_id(member_id);
    request.set_points_milli(points_milli);
    return request;
  }

  v1::PlaceHoldRequest with(v1::PlaceHoldRequest request, const std::string& grant_id,
                            int64_t amount_minor = 0) const {
    v1::RightUse& use = *request.add_rights();
    use.set_grant_id(grant_id);
    use.set_amount_minor(amount_minor);
    return request;
  }

  absl::StatusOr<v1::PlaceHoldResponse> place(const std::string& register_id,
                                              const v1::PlaceHoldRequest& request) {
    const ClubViewPtr view = test.club().view();
    return wait_for<v1::PlaceHoldResponse>([&](auto answer) {
      place_hold(test.club(), *view->register_of_id(register_id), request, std::move(answer));
    });
  }

  absl::Status cancel(const std::string& register_id, const std::string& hold_id) {
    v1::CancelHoldRequest request;
    request.set_hold_id(hold_id);
    const ClubViewPtr view = test.club().view();
    return wait_for<v1::CancelHoldResponse>([&](auto answer) {
             cancel_hold(test.club(), *view->register_of_id(register_id), request,
                         std::move(answer));
           })
        .status();
  }

  void heartbeat(const std::string& register_id) {
    const ClubViewPtr view = test.club().view();
    const auto beat = wait_for<v1::HeartbeatResponse>([&](auto answer) {
      note_heartbeat(test.club(), *view->register_of_id(register_id), {}, std::move(answer));
    });
    REQUIRE(beat.ok());
    CHECK(beat->time_zone() == "UTC");
    CHECK(beat->day_start_minutes() == 0);
  }

  int64_t end_silent() {
    const auto ended = wait_for<EndedHolds>(
        [&](auto answer) { end_silent_holds(test.club(), std::move(answer)); });
    REQUIRE(ended.ok());
    return ended->hold_count;
  }

  // "available/held rights uses:amount ..." as a register is told.
  std::string standing() {
    v1::GetFactsRequest request;
    request.set_member_id(member_id);
    const auto facts = get_facts(test.club(), request);
    INFO(facts.status());
    REQUIRE(facts.ok());
    std::string text = absl::StrCat(facts->facts().points().available_milli(), "/",
                                    facts->facts().points().held_milli());
    for (const v1::HeldRight& right : facts->facts().rights()) {
      absl::StrAppend(&text, " ", right.right_id(), " ", right.uses_left(), ":",
                      right.amount_left_minor());
    }
    return text;
  }

  TestClub test;
  std::string member_id;
  std::string coffee;
  std::string voucher;
};

constexpr char kUntouched[] = "10000/0 coffee 1:0 voucher 1:1000";

TEST_CASE("a hold takes what it asks for, and another register sees what is left") {
  HoldClub club;
  REQUIRE(club.standing() == kUntouched);
  const auto held = club.place(
      "r1", club.with(club.with(club.request("h1", 6000), club.coffee), club.voucher, 400));
  REQUIRE(held.ok());
  CHECK(held->expire_time().seconds() * 1'000'000 == club.test.clock().now_us() + 15 * kMinuteUs);
  CHECK(club.standing() == "4000/6000 voucher 1:600");

  const absl::Status points = club.place("r2", club.request("h1", 4001)).status();
  CHECK(reason_of(points) == v1::REASON_POINTS_SHORT);
  CHECK(detail_of(points).values().at("available_milli") == "4000");
  const absl::Status right =
      club.place("r2", club.with(club.request("h1", 1), club.coffee)).status();
  CHECK(reason_of(right) == v1::REASON_RIGHT_NOT_LEFT);
  CHECK(detail_of(right).values().at("grant_id") == club.coffee);
  CHECK(reason_of(club.place("r2", club.with(club.request("h1", 0), club.voucher, 601)).status()) ==
        v1::REASON_RIGHT_NOT_LEFT);
  CHECK(club.standing() == "4000/6000 voucher 1:600");  // all or nothing

  REQUIRE(club.place("r2", club.with(club.request("h1", 4000), club.voucher, 600)).ok());
  CHECK(club.standing() == "0/10000");
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("one right named more than once is held as often") {
  HoldClub club;
  CHECK(reason_of(
            club.place("r1", club.with(club.with(club.request("h1", 0), club.coffee), club.coffee))
                .status()) == v1::REASON_RIGHT_NOT_LEFT);
  const auto held = club.place(
      "r1", club.with(club.with(club.request("h2", 0), club.voucher, 300), club.voucher, 200));
  REQUIRE(held.ok());
  CHECK(club.standing() == "10000/0 coffee 1:0 voucher 1:500");
  REQUIRE(club.cancel("r1", held->hold_id()).ok());
  CHECK(club.standing() == kUntouched);
}

TEST_CASE("a hold is placed once per register and request, for ever") {
  HoldClub club;
  const v1::PlaceHoldRequest request = club.with(club.request("h1", 3000), club.coffee);
  const auto first = club.place("r1", request);
  REQUIRE(first.ok());
  club.test.clock().set(club.test.clock().now_us() + kHourUs);
  for (int i = 0; i < 3; ++i) {
    const auto again = club.place("r1", request);
    REQUIRE(again.ok());
    CHECK(again->SerializeAsString() == first->SerializeAsString());
  }
  CHECK(club.standing() == "7000/3000 voucher 1:1000");
  const absl::Status other = club.place("r1", club.request("h1", 3001)).status();
  CHECK(reason_of(other) == v1::REASON_REQUEST_REUSED);
  CHECK(detail_of(other).values().at("request_id") == "h1");
  CHECK(club.place("r2", club.request("h1", 3001)).ok());  // its own name

  REQUIRE(club.cancel("r1", first->hold_id()).ok());
  const auto after = club.place("r1", request);
  REQUIRE(after.ok());
  CHECK(after->hold_id() == first->hold_id());
  CHECK(club.standing() == "6999/3001 coffee 1:0 voucher 1:1000");  // it stays cancelled
}

TEST_CASE("a cancelled hold is free again, once") {
  HoldClub club;
  const auto held = club.place("r1", club.with(club.request("h1", 10'000), club.coffee));
  REQUIRE(held.ok());
  CHECK(reason_of(club.cancel("r2", held->hold_id())) == v1::REASON_HOLD_UNKNOWN);
  CHECK(club.standing() == "0/10000 voucher 1:1000");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(club.cancel("r1", held->hold_id()).ok());
    CHECK(club.standing() == kUntouched);
  }
  CHECK(club.test.query("SELECT SUM(points_milli) FROM points_entries") == 10'000);
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("an expired hold is free only when its register has been silent for three days") {
  HoldClub club;
  const int64_t placed_us = club.test.clock().now_us();
  REQUIRE(club.place("r1", club.request("h1", 6000)).ok());
  REQUIRE(club.place("r2", club.with(club.request("h1", 0), club.coffee)).ok());
  club.test.clock().set(placed_us + 16 * kMinuteUs);
  CHECK(reason_of(club.place("r2", club.request("h2", 4001)).status()) == v1::REASON_POINTS_SHORT);
  CHECK(club.end_silent() == 0);

  club.test.clock().set(placed_us + kHourUs);
  club.heartbeat("r2");
  club.test.clock().set(placed_us + 72 * kHourUs);
  CHECK(club.end_silent() == 0);  // exactly
  club.test.clock().set(placed_us + 72 * kHourUs + 1);
  CHECK(has_silent_holds(club.test.club()).value_or(false));
  CHECK(club.end_silent() == 1);
  CHECK(club.standing() == "10000/0 voucher 1:1000");
  club.test.clock().set(placed_us + 73 * kHourUs + 1);
  CHECK(club.end_silent() == 1);
  CHECK(club.standing() == kUntouched);
  CHECK(club.end_silent() == 0);
  CHECK_FALSE(has_silent_holds(club.test.club()).value_or(true));
  CHECK(club.test.query("SELECT COUNT(*) FROM holds WHERE state = 4") == 2);
}

TEST_CASE("points that come to their end under a hold expire when it ends") {
  HoldClub club;
  const auto held = club.place("r1", club.request("h1", 6000));
  REQUIRE(held.ok());
  club.test.clock().set(us("2026-02-01T12:00:00Z"));  // the lot's last day was 2026-01-31
  CHECK(club.test.age() == 1);
  CHECK(club.standing() == "0/6000 coffee 1:0 voucher 1:1000");
  REQUIRE(club.cancel("r1", held->hold_id()).ok());
  CHECK(club.standing() == "0/0 coffee 1:0 voucher 1:1000");
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("a sale ends the hold it names, whoever turns out to be its member") {
  struct Case {
    std::string sale_of;
    int64_t price_minor;
    std::string standing;
  };
  const auto given = GENERATE(values<Case>({
      {"", 1000, kUntouched},
      {"another", 1000, kUntouched},
      {"itself", 0, kUntouched},  // nothing to promise
      {"itself", 1000, "20000/0 coffee 1:0 voucher 1:1000"},
  }));
  CAPTURE(given.sale_of, given.price_minor);
  HoldClub club;
  const std::string another = club.test.enroll("c2", "2026-01-01T09:00:00Z");
  const auto held = club.place("r1", club.with(club.request("h1", 6000), club.coffee));
  const auto other = club.place("r2", club.request("h1", 4000));
  REQUIRE(other.ok());
  v1::RecordContext context;
  context.set_hold_id(held->hold_id());
  if (given.sale_of == "another") context.set_member_id(another);
  if (given.sale_of == "itself") context.set_member_id(club.member_id);
  const v1::Sale sold = sale("1", "2026-01-01T10:00:00Z", "", {{"milk", 1000, given.price_minor}});
  const v1::RecordOutcome first = club.test.record("r1", sold, context);
  REQUIRE(first.has_recorded());
  CHECK(club.test.recorded("r1", "1").differences().empty());
  CHECK(club.test.query("SELECT COUNT(*) FROM holds WHERE state = 1") == 1);  // of r2
  CHECK(club.test.record("r1", sold, context).SerializeAsString() == first.SerializeAsString());
  REQUIRE(club.cancel("r1", held->hold_id()).ok());
  REQUIRE(club.cancel("r2", other->hold_id()).ok());
  CHECK(club.standing() == given.standing);
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("a sale that is refused, or of another register, ends no hold") {
  HoldClub club;
  const auto held = club.place("r1", club.request("h1", 6000));
  v1::RecordContext context;
  const auto sold = [](int64_t price_minor) {
    return sale("1", "2026-01-01T10:00:00Z", "", {{"milk", 1000, price_minor}});
  };
  REQUIRE(club.test.record("r1", sold(1000), context).has_recorded());
  context.set_hold_id(held->hold_id());
  REQUIRE(club.test.record("r1", sold(1001), context).has_refused());
  REQUIRE(club.test.record("r2", sold(1000), context).has_recorded());
  CHECK(club.standing() == "4000/6000 coffee 1:0 voucher 1:1000");
}

TEST_CASE("a hold outlives a restart") {
  HoldClub club;
  const auto held = club.place("r1", club.request("h1", 6000));
  REQUIRE(held.ok());
  club.test.reopen();
  CHECK(club.standing() == "4000/6000 coffee 1:0 voucher 1:1000");
  REQUIRE(club.cancel("r1", held->hold_id()).ok());
  CHECK(club.standing() == kUntouched);
}

}  // namespace
}  // namespace moadon
