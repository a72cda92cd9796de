#include "client/agent/asks.h"

#include "absl/strings/str_cat.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

v1::Asked asked_of(int number) {
  v1::Asked asked;
  asked.set_member_id(absl::StrCat(number));
  asked.set_field("email");
  return asked;
}

}  // namespace

TEST_CASE("the same is not asked for twice within a day, and is after it") {
  AskMemory memory;
  const absl::Duration noon = absl::Hours(12);
  CHECK(memory.note("m1", "email", noon));
  CHECK(!memory.note("m1", "email", noon + kAskedRecently - absl::Seconds(1)));
  CHECK(memory.note("m1", "phone", noon));
  CHECK(memory.note("m2", "email", noon));
  CHECK(memory.note("m1", "email", noon + kAskedRecently));
  CHECK(!memory.note("m1", "email", noon + kAskedRecently + absl::Hours(1)));
}

TEST_CASE("a memory that is full forgets the oldest") {
  AskMemory memory;
  for (size_t i = 0; i <= kMaxRememberedAsks; ++i) {
    CHECK(memory.note(absl::StrCat(i), "email", absl::ZeroDuration()));
  }
  CHECK(!memory.note(absl::StrCat(kMaxRememberedAsks), "email", absl::ZeroDuration()));
  CHECK(memory.note("0", "email", absl::ZeroDuration()));
}

TEST_CASE("a report that fails goes again unchanged, and is given up in the end") {
  AskReports reports;
  CHECK(reports.begin_report().asks().empty());
  reports.add(asked_of(1));
  for (int i = 0; i < kMaxReportTries; ++i) {
    const v1::NoteAskedRequest report = reports.begin_report();
    REQUIRE(report.asks_size() == 1);
    CHECK(report.asks(0).member_id() == "1");
    reports.fail_report();
  }
  CHECK(reports.begin_report().asks().empty());
}

TEST_CASE("what came meanwhile goes with the report that failed, and a report has its bound") {
  AskReports reports;
  reports.add(asked_of(0));
  REQUIRE(reports.begin_report().asks_size() == 1);
  reports.fail_report();
  for (int i = 1; i <= kMaxAsksPerReport; ++i) reports.add(asked_of(i));
  const v1::NoteAskedRequest report = reports.begin_report();
  REQUIRE(report.asks_size() == kMaxAsksPerReport);
  CHECK(report.asks(0).member_id() == "0");
  reports.end_report();
  REQUIRE(reports.begin_report().asks_size() == 1);
  reports.end_report();
  CHECK(reports.begin_report().asks().empty());
}

}  // namespace moadon::agent
