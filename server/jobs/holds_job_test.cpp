// The job ends what silent registers hold, without being told.
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/jobs/ageing_job.h"
#include "server/operations/grant_right.h"
#include "server/operations/place_hold.h"
#include "server/operations/test_club.h"
#include "server/operations/test_leases.h"
#include "tests/catch.h"

namespace moadon {
namespace {

v1::Program program_with_coffee() {
  v1::Program program = TestClub::program();
  v1::RightKind& coffee = *program.add_rights();
  coffee.set_right_id("coffee");
  coffee.set_title("Coffee");
  coffee.mutable_coupon();
  return program;
}

std::string grant_coffee(TestClub& test, const std::string& member_id) {
  v1::GrantMemberRightRequest request;
  request.set_request_id("q1");
  request.set_member_id(member_id);
  request.set_right_id("coffee");
  request.set_note("welcome");
  request.set_actor("dana");
  const auto granted = wait_for<v1::GrantMemberRightResponse>(
      [&](auto answer) { grant_right(test.club(), request, std::move(answer)); });
  INFO(granted.status());
  REQUIRE(granted.ok());
  return granted->right().grant_id();
}

void hold(TestClub& test, const std::string& member_id, const std::string& grant_id) {
  v1::PlaceHoldRequest request;
  request.set_request_id("h1");
  request.set_member_id(member_id);
  request.add_rights()->set_grant_id(grant_id);
  const ClubViewPtr view = test.club().view();
  REQUIRE(wait_for<v1::PlaceHoldResponse>([&](auto answer) {
            place_hold(test.club(), *view->register_of_id("r1"), request, std::move(answer));
          }).ok());
}

TEST_CASE("the job ends the holds of silent registers when it starts and while it runs") {
  constexpr char kLapsed[] = "SELECT COUNT(*) FROM holds WHERE state = 4";
  TestClub test(program_with_coffee());
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  hold(test, member_id, grant_coffee(test, member_id));
  AgeingJob job(test.club());
  absl::SleepFor(absl::Milliseconds(200));
  CHECK(test.query(kLapsed) == 0);
  test.clock().set(us("2026-01-05T12:00:00Z"));
  for (int i = 0; i < 1000 && test.query(kLapsed) == 0; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  CHECK(test.query(kLapsed) == 1);
  CHECK(test.query("SELECT uses_left FROM rights") == 1);
  job.stop();
}

TEST_CASE("the job ends the leases of silent registers while it runs") {
  constexpr char kLeases[] = "SELECT COUNT(*) FROM right_leases";
  LeaseClub club;
  club.grant(club.buyer("c1", "x1"));
  TestTill till(club, "x1");
  till.turn();
  AgeingJob job(club.test.club());
  absl::SleepFor(absl::Milliseconds(200));
  CHECK(club.test.query(kLeases) == 1);
  club.pass((48 + 73) * kHourUs);
  for (int i = 0; i < 1000 && club.test.query(kLeases) == 1; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  job.stop();
  CHECK(club.test.query(kLeases) == 0);
}

}  // namespace
}  // namespace moadon
