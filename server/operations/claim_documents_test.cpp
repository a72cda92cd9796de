// What somebody bought under a provisional id before their enrolment came: theirs, like all after.
#include "server/operations/claim_documents.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/operations/test_enrollments.h"
#include "server/operations/test_merges.h"
#include "server/operations/test_promises.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr char kName[] = "new-00000000000000aa";
constexpr char kOther[] = "new-00000000000000bb";

using Texts = std::vector<std::string>;

std::string enrol_as(TestClub& test, const std::string& name, const Texts& cards,
                     absl::string_view time = "2026-01-02T09:00:00Z") {
  return enroll_offline(test, enrolled_as(name, cards, time)).recorded().member_id();
}

template <typename Document>
std::string record_named(TestClub& test, const Document& document,
                         const std::string& register_id = "r1") {
  v1::RecordContext context;
  context.set_member_id(kName);
  context.set_program_version(1);
  const v1::RecordOutcome outcome = test.record(register_id, document, context);
  REQUIRE(outcome.has_recorded());
  return outcome.recorded().member_id();
}

v1::Sale bare_sale(const std::string& receipt, absl::string_view time) {
  return sale(receipt, time, "", {{"milk", 2000}});
}

int64_t count_unclaimed(TestClub& test) {
  return test.query(
      "SELECT (SELECT COUNT(*) FROM unclaimed_names) + (SELECT COUNT(*) FROM unclaimed_keys)");
}

// Sales, one of them also with a key that nobody holds, and returns with and without receipt.
void sell_and_take_back(TestClub& test) {
  record_named(test, bare_sale("1", "2026-01-02T10:00:00Z"));
  record_named(test, sale("2", "2026-01-03T10:00:00Z", "c7", {{"tea", 3000, 5000}, {"milk"}}));
  record_named(test, returned_from("r1", "1", returned("3", "2026-01-03T11:00:00Z", {{"milk"}})));
  record_named(test, returned("4", "2026-01-03T12:00:00Z", {{"tea", 1000, 300}}));
}

// All that is known of the one member, without ids and what grows with every change.
std::string story_of(TestClub& test) {
  v1::GetMemberResponse story = test.member("c1");
  const std::string member_id = story.member().member_id();
  v1::Member& member = *story.mutable_member();
  member.clear_member_id();
  member.mutable_facts()->clear_member_id();
  member.mutable_facts()->clear_snapshot();
  member.mutable_facts()->clear_seal();
  std::string text = story.DebugString();
  for (const char* receipt : {"1", "2", "3", "4"}) {
    CHECK(test.recorded("r1", receipt).member_id() == member_id);
  }
  for (const char* sum : {"SELECT SUM(earned_milli * 3 + spent_milli) FROM sale_verdicts",
                          "SELECT SUM(units_milli * 7 + spend_minor + day * 13) FROM member_days",
                          "SELECT SUM(returned_milli * 3 + refunded_minor) FROM sale_lines",
                          "SELECT SUM(points_milli) FROM points_entries",
                          "SELECT SUM(refund_minor + purchase_day) FROM returns"}) {
    absl::StrAppend(&text, sum, ": ", test.query(sum), "\n");
  }
  return text;
}

TEST_CASE("what named a provisional id is the member's, whether it came before the enrolment") {
  TestClub first(promising_program());
  first.clock().set(us("2026-01-04T12:00:00Z"));
  REQUIRE_FALSE(enrol_as(first, kName, {"c1"}).empty());
  sell_and_take_back(first);

  TestClub last(promising_program());
  last.clock().set(us("2026-01-04T12:00:00Z"));
  sell_and_take_back(last);
  CHECK(last.recorded("r1", "1").member_id().empty());
  CHECK(count_unclaimed(last) == 4);  // the linked return goes with its sale
  CHECK(last.verify() == Texts{});
  const std::string member_id = enrol_as(last, kName, {"c1"});

  CHECK(points(last, member_id).available_milli() > 0);
  CHECK(story_of(last) == story_of(first));
  CHECK(count_unclaimed(last) == 0);
  CHECK(first.verify() == Texts{});
  CHECK(last.verify() == Texts{});
  // What the server did not know at the time stays on record.
  CHECK(first.recorded("r1", "1").differences_size() == 0);
  CHECK(last.recorded("r1", "1").differences(0).member_unknown().member_id() == kName);
}

TEST_CASE("an enrolment that was kept back brings what was sold meanwhile, once") {
  TestClub test(promising_program());
  const std::string kept = test.enroll("c1", "2026-01-01T09:00:00Z");
  const std::string lost = test.enroll("c2", "2026-01-01T09:00:00Z");
  test.clock().set(us("2026-01-03T12:00:00Z"));
  REQUIRE(enrol_as(test, kName, {"c1", "c2"}).empty());
  CHECK(record_named(test, bare_sale("1", "2026-01-02T10:00:00Z")).empty());
  CHECK(points(test, kept).available_milli() == 0);

  REQUIRE(merge(test, kept, lost).ok());
  CHECK(enrol_as(test, kName, {"c1", "c2"}) == kept);
  CHECK(test.recorded("r1", "1").member_id() == kept);
  CHECK(points(test, kept).available_milli() == 20'000);
  const int64_t snapshot = test.member("c1").member().facts().snapshot();
  CHECK(enrol_as(test, kName, {"c1", "c2"}) == kept);
  CHECK(record_named(test, bare_sale("1", "2026-01-02T10:00:00Z")) == kept);
  CHECK(test.member("c1").member().facts().snapshot() == snapshot);
  CHECK(points(test, kept).available_milli() == 20'000);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("each sale goes to whom the enrolled one was part of when it was made") {
  TestClub test(promising_program());
  const std::string kept = test.enroll("c9", "2026-01-01T09:00:00Z");
  const std::string lost = test.enroll("c1", "2026-01-01T09:00:00Z");
  test.clock().set(us("2026-01-03T08:00:00Z"));
  REQUIRE(merge(test, kept, lost).ok());
  test.clock().set(us("2026-01-04T12:00:00Z"));
  REQUIRE(undo(test, lost).ok());
  test.clock().set(us("2026-01-06T12:00:00Z"));
  record_named(test, bare_sale("1", "2026-01-02T15:00:00Z"));
  record_named(test, bare_sale("2", "2026-01-03T15:00:00Z"));
  record_named(test, bare_sale("3", "2026-01-05T10:00:00Z"));
  CHECK(enrol_as(test, kName, {"c1"}) == lost);
  CHECK(test.recorded("r1", "1").member_id() == lost);
  CHECK(test.recorded("r1", "2").member_id() == kept);
  CHECK(test.recorded("r1", "3").member_id() == lost);
  CHECK(points(test, kept).available_milli() == 20'000);
  CHECK(points(test, lost).available_milli() == 40'000);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("only what its own register named so is claimed, and only under this name") {
  TestClub test({"r1", "r2"});
  record_named(test, bare_sale("1", "2026-01-02T10:00:00Z"), "r2");
  record_named(test, bare_sale("1", "2026-01-02T10:00:00Z"), "r1");
  REQUIRE_FALSE(enrol_as(test, kOther, {"c2"}).empty());
  CHECK(count_unclaimed(test) == 2);
  const std::string member_id = enrol_as(test, kName, {"c1"});
  CHECK(test.recorded("r1", "1").member_id() == member_id);
  CHECK(test.recorded("r2", "1").member_id().empty());
  CHECK(count_unclaimed(test) == 1);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("whoever takes the key of a sale first has it for good") {
  TestClub test;
  record_named(test, sale("1", "2026-01-02T10:00:00Z", "c7", {{"milk"}}));
  const std::string by_key = test.enroll("c7", "2026-01-02T11:00:00Z");
  CHECK(test.recorded("r1", "1").member_id() == by_key);
  CHECK(count_unclaimed(test) == 0);
  REQUIRE(enrol_as(test, kName, {"c1"}) != by_key);
  CHECK(test.recorded("r1", "1").member_id() == by_key);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("an enrolment that means an erased member brings their sales and nothing of the person") {
  TestClub test(promising_program());
  test.clock().set(us("2026-01-05T12:00:00Z"));
  const std::string erased = test.enroll("c1", "2026-01-01T09:00:00Z");
  test.erase(erased);
  test.clock().set(us("2026-01-10T12:00:00Z"));
  record_named(test, bare_sale("1", "2026-01-02T10:00:00Z"));
  CHECK(enrol_as(test, kName, {"c1"}, "2026-01-02T09:00:00Z") == erased);
  CHECK(test.recorded("r1", "1").member_id() == erased);
  CHECK(points(test, erased).available_milli() == 20'000);
  CHECK(test.query("SELECT COUNT(*) FROM member_keys") == 0);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a sale with an erased key is its new holder's by the enrolment that it named") {
  TestClub test;
  test.clock().set(us("2026-01-05T12:00:00Z"));
  const std::string erased = test.enroll("c1", "2026-01-01T09:00:00Z");
  test.erase(erased);
  test.clock().set(us("2026-01-10T12:00:00Z"));
  CHECK(record_named(test, sale("1", "2026-01-06T10:00:00Z", "c1", {{"milk"}})).empty());
  CHECK(test.query("SELECT COUNT(*) FROM unclaimed_keys") == 0);
  const std::string member_id = enrol_as(test, kName, {"c1"}, "2026-01-06T09:00:00Z");
  CHECK(member_id != erased);
  CHECK(test.recorded("r1", "1").member_id() == member_id);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("verify finds names under which documents should have been claimed, or were") {
  TestClub test;
  REQUIRE_FALSE(enrol_as(test, kOther, {"c2"}).empty());
  record_named(test, bare_sale("1", "2026-01-02T10:00:00Z"));
  CHECK(test.verify() == Texts{});
  const std::string sql = GENERATE(
      "UPDATE unclaimed_names SET provisional_id = 'new-00000000000000bb'",
      "UPDATE unclaimed_names SET document_id = 7", "UPDATE unclaimed_names SET document_kind = 2");
  test.tamper(sql);
  const Texts found = test.verify();
  CAPTURE(sql, found);
  REQUIRE(found.size() == 1);
  CHECK(found[0].find("unclaimed_name") != std::string::npos);
}

}  // namespace
}  // namespace moadon
