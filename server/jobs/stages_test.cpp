// What time, late facts and programs do to stages.
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rules/refusal.h"
#include "server/insight/count_stages.h"
#include "server/jobs/ageing_job.h"
#include "server/operations/page_token.h"
#include "server/operations/report_stages.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

Texts moves_of(TestClub& test, const std::string& card) {
  Texts moves;
  const v1::GetMemberResponse story = test.member(card);
  for (const v1::StageMove& move : story.moves()) {
    moves.push_back(move.move_date() + " " + v1::Stage_Name(move.to()).substr(6) + " " +
                    v1::StageReason_Name(move.reason()).substr(13));
  }
  return moves;
}

int64_t count_of(TestClub& test, v1::Stage stage, const v1::AsOf& as_of = {}) {
  v1::CountStagesRequest request;
  *request.mutable_as_of() = as_of;
  const auto counts = count_stages(test.club(), request);
  INFO(counts.status());
  REQUIRE(counts.ok());
  REQUIRE(counts->stages_size() == 6);
  for (const v1::StageCount& count : counts->stages()) {
    if (count.stage() == stage) return count.member_count();
  }
  return -1;
}

TEST_CASE("time moves a member who does nothing, dated to the day it became true") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(test.record("r1", sale("1", "2026-01-02T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  test.clock().set(us("2026-12-01T12:00:00Z"));
  CHECK(test.member("c1").member().facts().stage() ==
        v1::STAGE_CHURNING);  // before the job came by
  CHECK(test.age() == 1);
  CHECK(moves_of(test, "c1") == Texts{"2026-01-01 INTERESTED INTEREST", "2026-01-02 NEW PURCHASE",
                                      "2026-04-03 CHURNING SILENCE"});
  CHECK(test.verify() == Texts{});
}

TEST_CASE("ageing touches only members who are due, and nothing the second time") {
  TestClub test;
  for (int i = 0; i < 9; ++i) {
    test.enroll("c" + std::to_string(i), i < 3 ? "2026-01-01T09:00:00Z" : "2026-02-20T09:00:00Z");
  }
  test.clock().set(us("2026-02-01T00:00:01Z"));
  const int64_t before = test.query("SELECT MAX(changed_us) FROM members");
  CHECK(test.age() == 3);
  CHECK(test.query("SELECT COUNT(*) FROM members WHERE changed_us > " + std::to_string(before)) ==
        3);
  CHECK(test.age() == 0);
  CHECK(moves_of(test, "c0").back() == "2026-02-01 POTENTIAL INTEREST_FADED");
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a late fact supersedes later moves and adds new ones") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.clock().set(us("2026-06-01T12:00:00Z"));
  REQUIRE(test.record("r1", sale("1", "2026-01-02T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  CHECK(moves_of(test, "c1").back() == "2026-04-03 CHURNING SILENCE");
  REQUIRE(test.record("r1", sale("2", "2026-03-20T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  CHECK(moves_of(test, "c1") == Texts{"2026-01-01 INTERESTED INTEREST", "2026-01-02 NEW PURCHASE",
                                      "2026-03-20 ACTIVE PURCHASE"});
  REQUIRE(test.record("r1", sale("3", "2025-12-20T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  CHECK(moves_of(test, "c1") == Texts{"2025-12-20 NEW PURCHASE", "2026-01-02 ACTIVE PURCHASE"});
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a sale that comes before the job has aged its member decides both moves") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(test.record("r1", sale("1", "2026-01-02T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  test.clock().set(us("2026-05-01T12:00:00Z"));
  REQUIRE(test.record("r1", sale("2", "2026-05-01T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  CHECK(moves_of(test, "c1") == Texts{"2026-01-01 INTERESTED INTEREST", "2026-01-02 NEW PURCHASE",
                                      "2026-04-03 CHURNING SILENCE", "2026-05-01 ACTIVE PURCHASE"});
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a published version makes members due, decides from its start, and leaves the past") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  v1::Program strict = TestClub::program();
  strict.mutable_stages()->set_club_gap_days_milli(1000);
  *strict.mutable_start_time() = at("2026-02-01T00:00:00Z");
  test.publish(strict);
  CHECK(test.verify() == Texts{});
  test.clock().set(us("2026-01-31T12:00:00Z"));
  CHECK(test.age() == 0);
  test.clock().set(us("2026-02-01T12:00:00Z"));
  CHECK(test.age() == 1);
  CHECK(moves_of(test, "c1") == Texts{"2026-01-01 NEW PURCHASE", "2026-02-01 CHURNING PROGRAM"});
  v1::AsOf before;
  before.set_date("2026-01-31");
  CHECK(count_of(test, v1::STAGE_NEW, before) == 1);
  CHECK(count_of(test, v1::STAGE_CHURNING) == 1);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("reports as of a moment see what had occurred by then, whenever it arrived") {
  TestClub test;
  test.enroll("c1", "2026-01-10T09:00:00Z");
  test.clock().set(us("2026-03-01T12:00:00Z"));
  REQUIRE(test.record("r1", sale("1", "2026-02-01T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  REQUIRE(
      test.record("r1", returned_from("r1", "1", returned("2", "2026-02-03T10:00:00Z", {{"milk"}})))
          .has_recorded());
  v1::AsOf moment;
  moment.set_date("2026-01-09");
  CHECK(count_of(test, v1::STAGE_INTERESTED, moment) == 0);
  moment.set_date("2026-02-02");
  CHECK(count_of(test, v1::STAGE_NEW, moment) == 1);
  *moment.mutable_instant() = at("2026-02-01T09:59:59Z");
  CHECK(count_of(test, v1::STAGE_INTERESTED, moment) == 1);
  *moment.mutable_instant() = at("2026-02-03T10:00:00Z");
  CHECK(count_of(test, v1::STAGE_INTERESTED, moment) == 1);
  CHECK(count_of(test, v1::STAGE_POTENTIAL) == 1);

  v1::ExportMembersRequest request;
  request.mutable_as_of()->set_date("2026-02-02");
  const auto page = export_members(test.club(), request);
  REQUIRE(page.ok());
  REQUIRE(page->members_size() == 1);
  CHECK(page->members(0).key() == "c1");
  CHECK(page->members(0).purchase_day_count() == 1);
  CHECK(page->members(0).net_spend_minor() == 1000);
  CHECK(page->members(0).stage_since_date() == "2026-02-01");
}

TEST_CASE("a page token of a moment that cannot be asked for is refused") {
  TestClub test;
  test.enroll("c1", "2026-01-10T09:00:00Z");
  const std::vector<std::string> moment =
      GENERATE(Texts{"9223372036854775807", ""}, Texts{"-1", ""}, Texts{"2932896", ""},
               Texts{"20000", "9223372036854775807"}, Texts{"20000", "-1"}, Texts{"", ""});
  v1::ExportMembersRequest request;
  request.set_page_token(page_token("standings", {moment[0], moment[1], "0"}));
  const auto page = export_members(test.club(), request);
  CHECK(reason_of(page.status()) == v1::REASON_PAGE_TOKEN_INVALID);
}

TEST_CASE("the job ages at its start, when the day changes and when a program is published") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.clock().set(us("2026-03-01T12:00:00Z"));
  AgeingJob job(test.club());
  const auto has_stage = [&](v1::Stage stage) {
    for (int i = 0; i < 500; ++i) {
      if (test.query("SELECT stage FROM members") == stage) return true;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return false;
  };
  CHECK(has_stage(v1::STAGE_POTENTIAL));
  REQUIRE(test.record("r1", sale("1", "2026-03-01T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  test.clock().set(us("2026-12-01T12:00:00Z"));
  CHECK(has_stage(v1::STAGE_CHURNING));
  v1::Program patient = TestClub::program();
  patient.mutable_stages()->set_churn_factor_milli(100'000);
  test.publish(patient);
  CHECK(has_stage(v1::STAGE_NEW));
  const absl::Time begin = absl::Now();
  job.stop();
  CHECK(absl::Now() - begin < absl::Seconds(1));
  CHECK(test.verify() == Texts{});
}

}  // namespace
}  // namespace moadon
