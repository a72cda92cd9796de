// Who was enrolled without the server: joined by key, with everything that came meanwhile.
#include "server/operations/record_enrollment.h"

#include <string>

#include "rules/refusal.h"
#include "server/operations/record.h"
#include "server/operations/test_enrollments.h"
#include "server/operations/test_merges.h"
#include "server/operations/test_promises.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr char kNewOne[] = "new-00000000000000aa";
constexpr char kNewTwo[] = "new-00000000000000bb";

v1::RecordContext naming(const std::string& member_id) {
  v1::RecordContext context;
  context.set_member_id(member_id);
  return context;
}

void add_sold(v1::RecordRequest& request, const v1::Sale& sold) {
  v1::RecordEntry& entry = *request.add_entries();
  entry.set_sale(sold.SerializeAsString());
  *entry.mutable_context() = naming(kNewOne);
}

v1::Reason reason_of_outcome(const v1::RecordOutcome& outcome) {
  return outcome.refused().detail().reason();
}

TEST_CASE("who was enrolled without the server is a member from then on, with what was agreed") {
  TestClub test;
  test.clock().set(us("2026-01-03T12:00:00Z"));
  const auto outcome = enroll_offline(test, enrolled_as(kNewOne, {"c1"}));
  REQUIRE(outcome.has_recorded());
  const v1::Member member = test.member("c1").member();
  CHECK(outcome.recorded().member_id() == member.member_id());
  CHECK(member.first_name() == "Dana");
  CHECK(member.enrolled_date() == "2026-01-02");
  CHECK(member.facts().stage() == v1::STAGE_INTERESTED);
  CHECK(member.stage_since_date() == "2026-01-02");
  CHECK(member.met_date() == "2026-01-02");
  CHECK(member.met_branch_id() == "b1");
  CHECK(member.source().kind() == v1::SOURCE_KIND_REGISTER);
  REQUIRE(member.consents_size() == 1);
  CHECK(member.consents(0).wording() == "terms of 2026");
  CHECK(member.consents(0).place() == "b1");
  CHECK(member.consents(0).occurred_at().seconds() == at("2026-01-02T09:00:00Z").seconds());
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("an enrolment counts once in its register, whatever it says later") {
  TestClub test({"r1", "r2"});
  const auto once = enroll_offline(test, enrolled_as(kNewOne, {"c1"}));
  const int64_t snapshot = test.member("c1").member().facts().snapshot();
  CHECK(enroll_offline(test, enrolled_as(kNewOne, {"c1"})).SerializeAsString() ==
        once.SerializeAsString());
  const auto changed = enroll_offline(test, enrolled_as(kNewOne, {"c2"}));
  CHECK(changed.recorded().member_id() == once.recorded().member_id());
  CHECK(test.query("SELECT COUNT(*) FROM members") == 1);
  CHECK(test.member("c1").member().facts().snapshot() == snapshot);
  // Another register's is another one, of the same person.
  const auto elsewhere = enroll_offline(test, enrolled_as(kNewOne, {"c1"}), "r2");
  CHECK(elsewhere.recorded().member_id() == once.recorded().member_id());
  CHECK(test.query("SELECT COUNT(*) FROM provisional_members") == 2);
  CHECK(test.query("SELECT COUNT(*) FROM member_consents") == 1);
}

TEST_CASE("an enrolment joins who holds one of its keys, and fills in what is empty only") {
  TestClub test;
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  v1::OfflineEnrollment more = enrolled_as(kNewOne, {"c1"});
  more.mutable_member()->add_keys()->set_phone("054-1234567");
  CHECK(enroll_offline(test, more).recorded().member_id() == member_id);
  v1::OfflineEnrollment other = enrolled_as(kNewTwo, {"c1"}, "2026-01-03T09:00:00Z");
  other.mutable_member()->set_first_name("Noa");
  other.mutable_member()->set_last_name("Levi");
  CHECK(enroll_offline(test, other).recorded().member_id() == member_id);
  const v1::Member member = test.member("c1").member();
  CHECK(member.keys_size() == 2);
  CHECK(member.first_name() == "Dana");
  CHECK(member.last_name() == "Levi");
  CHECK(member.enrolled_date() == "2026-01-01");
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("keys of two members are refused, and the entries beside it are taken") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.enroll("c2", "2026-01-01T09:00:00Z");
  v1::RecordRequest request;
  request.add_entries()->set_enrolled(enrolled_as(kNewOne, {"c1", "c2"}).SerializeAsString());
  add_sold(request, sale("1", "2026-01-02T10:00:00Z", "c2", {{"milk"}}));
  const v1::RecordResponse response = test.record("r1", request);
  CHECK(reason_of_outcome(response.outcomes(0)) == v1::REASON_KEY_TAKEN);
  CHECK(test.query("SELECT COUNT(*) FROM provisional_members") == 0);
  // Who is meant is found by the key, and the owner told.
  CHECK(response.outcomes(1).recorded().member_id() == test.member("c2").member().member_id());
  const v1::RecordedSale kept = test.recorded("r1", "1");
  REQUIRE(kept.differences_size() == 1);
  CHECK(kept.differences(0).member_unknown().member_id() == kNewOne);
}

TEST_CASE("malformed enrolments are refused as EnrollMember refuses them, and leave no trace") {
  TestClub test;
  v1::OfflineEnrollment wrong = enrolled_as("", {"c1"});
  CHECK(reason_of_outcome(enroll_offline(test, wrong)) == v1::REASON_FIELD_MISSING);
  for (const char* id :
       {"new-", "new-00000000000000AA", "00000000000000aa", "new-00000000000000aaa"}) {
    CHECK(reason_of_outcome(enroll_offline(test, enrolled_as(id, {"c1"}))) ==
          v1::REASON_FIELD_INVALID);
  }
  wrong = enrolled_as(kNewOne, {"c1"});
  wrong.clear_member();
  CHECK(reason_of_outcome(enroll_offline(test, wrong)) == v1::REASON_FIELD_MISSING);
  wrong = enrolled_as(kNewOne, {"c1"});
  wrong.mutable_member()->add_keys()->set_phone("12");
  CHECK(reason_of_outcome(enroll_offline(test, wrong)) == v1::REASON_FIELD_INVALID);
  wrong = enrolled_as(kNewOne, {"c1"});
  wrong.mutable_member()->mutable_consents(0)->clear_wording();
  CHECK(reason_of_outcome(enroll_offline(test, wrong)) == v1::REASON_FIELD_MISSING);
  v1::RecordRequest no_message;
  no_message.add_entries()->set_enrolled("\xff");
  CHECK(reason_of_outcome(test.record("r1", no_message).outcomes(0)) == v1::REASON_MALFORMED);
  v1::RecordContext no_time;
  no_time.mutable_corrected_at()->set_seconds(-5);
  test.add_register("r3", false);
  CHECK(reason_of_outcome(enroll_offline(test, enrolled_as(kNewOne, {"c1"}), "r3", no_time)) ==
        v1::REASON_TIME_OUT_OF_RANGE);
  CHECK(test.query("SELECT COUNT(*) FROM members") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM provisional_members") == 0);
}

TEST_CASE("it is dated by the server's clock where the agent knew it, and never later than now") {
  TestClub test;
  test.add_register("r3", false);
  v1::RecordContext corrected;
  *corrected.mutable_corrected_at() = at("2026-01-01T08:00:00Z");
  test.clock().set(us("2026-01-10T12:00:00Z"));
  const auto late = enrolled_as(kNewOne, {"c1"}, "2027-05-05T00:00:00Z");
  REQUIRE(enroll_offline(test, late, "r3", corrected).has_recorded());
  CHECK(test.member("c1").member().enrolled_date() == "2026-01-01");
  CHECK(test.member("c1").member().consents(0).occurred_at().seconds() ==
        at("2026-01-01T08:00:00Z").seconds());
  REQUIRE(
      enroll_offline(test, enrolled_as(kNewOne, {"c2"}, "9999-12-01T00:00:00Z")).has_recorded());
  CHECK(test.member("c2").member().enrolled_date() == "2026-01-10");
}

TEST_CASE("sales of the provisional member are the member's, with their points") {
  TestClub test(promising_program());
  test.clock().set(us("2026-01-03T12:00:00Z"));
  v1::RecordRequest request;
  request.add_entries()->set_enrolled(enrolled_as(kNewOne, {"c1"}).SerializeAsString());
  add_sold(request, sale("1", "2026-01-02T10:00:00Z", "", {{"milk"}}));
  add_sold(request, sale("2", "2026-01-02T11:00:00Z", "", {{"milk"}}));
  const v1::RecordResponse response = test.record("r1", request);
  const std::string member_id = response.outcomes(0).recorded().member_id();
  CHECK(response.outcomes(1).recorded().member_id() == member_id);
  CHECK(response.outcomes(2).recorded().member_id() == member_id);
  CHECK(test.recorded("r1", "1").differences_size() == 0);
  CHECK(test.member("c1").member().facts().net_spend_minor() == 2000);
  CHECK(points(test, member_id).available_milli() == 20'000);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("a provisional id means nobody in another register") {
  TestClub test({"r1", "r2"});
  REQUIRE(enroll_offline(test, enrolled_as(kNewOne, {"c1"})).has_recorded());
  const auto bare = sale("1", "2026-01-02T10:00:00Z", "", {{"milk"}});
  const auto elsewhere = test.record("r2", bare, naming(kNewOne));
  CHECK(elsewhere.recorded().member_id().empty());
  CHECK(test.recorded("r2", "1").differences(0).member_unknown().member_id() == kNewOne);
}

TEST_CASE("verify finds a provisional id that means nobody") {
  TestClub test;
  REQUIRE(enroll_offline(test, enrolled_as(kNewOne, {"c1"})).has_recorded());
  CHECK(test.verify() == std::vector<std::string>{});
  test.tamper("UPDATE provisional_members SET member_id = 99");
  const std::vector<std::string> found = test.verify();
  REQUIRE(found.size() == 1);
  CHECK(found[0].find(kNewOne) != std::string::npos);
}

TEST_CASE("enrolments have their places in the journal") {
  TestClub test;
  v1::RecordRequest request;
  request.set_journal_id(std::string(16, 'j'));
  request.add_entries()->set_enrolled(enrolled_as(kNewOne, {"c1"}).SerializeAsString());
  request.mutable_entries(0)->set_sequence(1);
  request.mutable_entries(0)->set_chain(std::string(32, 'a'));
  REQUIRE(test.record("r1", request).outcomes(0).has_recorded());
  request.mutable_entries(0)->set_enrolled(enrolled_as(kNewTwo, {"c2"}).SerializeAsString());
  request.mutable_entries(0)->set_chain(std::string(32, 'b'));
  const auto forked = wait_for<v1::RecordResponse>([&](auto answer) {
    record(test.club(), *test.club().view()->register_of_id("r1"), request, std::move(answer));
  });
  CHECK(reason_of(forked.status()) == v1::REASON_JOURNAL_FORKED);
  CHECK(test.query("SELECT COUNT(*) FROM members") == 1);
}

TEST_CASE("a sale that comes before its enrolment follows by its key") {
  TestClub test(promising_program());
  test.clock().set(us("2026-01-03T12:00:00Z"));
  const auto early = sale("1", "2026-01-02T10:00:00Z", "c1", {{"milk"}});
  CHECK(test.record("r1", early, naming(kNewOne)).recorded().member_id().empty());
  const auto enrolled = enroll_offline(test, enrolled_as(kNewOne, {"c1"}));
  CHECK(test.recorded("r1", "1").member_id() == enrolled.recorded().member_id());
  CHECK(points(test, enrolled.recorded().member_id()).available_milli() == 10'000);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("sales follow a provisional member through a merge") {
  TestClub test;
  const std::string kept = test.enroll("c9", "2026-01-01T09:00:00Z");
  const std::string lost =
      enroll_offline(test, enrolled_as(kNewOne, {"c1"})).recorded().member_id();
  test.clock().set(us("2026-01-04T12:00:00Z"));
  REQUIRE(merge(test, kept, lost).ok());
  const auto late = sale("1", "2026-01-05T10:00:00Z", "", {{"milk"}});
  CHECK(test.record("r1", late, naming(kNewOne)).recorded().member_id() == kept);
  CHECK(test.recorded("r1", "1").differences_size() == 0);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("once a merge is undone a provisional id means whoever holds its key") {
  TestClub test;
  const std::string kept = test.enroll("c9", "2026-01-01T09:00:00Z");
  const std::string lost = test.enroll("c1", "2026-01-01T09:00:00Z");
  test.clock().set(us("2026-01-02T08:00:00Z"));
  REQUIRE(merge(test, kept, lost).ok());
  test.clock().set(us("2026-01-03T12:00:00Z"));
  CHECK(enroll_offline(test, enrolled_as(kNewOne, {"c1"})).recorded().member_id() == kept);
  test.clock().set(us("2026-01-04T12:00:00Z"));
  REQUIRE(undo(test, lost).ok());
  const auto while_one = sale("1", "2026-01-03T15:00:00Z", "", {{"milk"}});
  const auto since = sale("2", "2026-01-05T10:00:00Z", "", {{"milk"}});
  test.clock().set(us("2026-01-06T12:00:00Z"));
  CHECK(test.record("r1", while_one, naming(kNewOne)).recorded().member_id() == kept);
  CHECK(test.record("r1", since, naming(kNewOne)).recorded().member_id() == lost);
  CHECK(enroll_offline(test, enrolled_as(kNewOne, {"c1"})).recorded().member_id() == lost);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("an enrolment from before an erasure brings nothing of the person back") {
  TestClub test;
  test.clock().set(us("2026-01-05T12:00:00Z"));
  const std::string erased = test.enroll("c1", "2026-01-01T09:00:00Z");
  test.erase(erased);
  test.clock().set(us("2026-01-10T12:00:00Z"));
  // With another key of theirs.
  const auto before = enrolled_as(kNewOne, {"c1", "c2"}, "2026-01-02T09:00:00Z");
  for (int i = 0; i < 2; ++i) {
    CHECK(enroll_offline(test, before).recorded().member_id() == erased);
  }
  CHECK(test.query("SELECT COUNT(*) FROM members") == 1);
  CHECK(test.query("SELECT COUNT(*) FROM member_keys") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM member_details") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM member_consents") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM erased_keys") == 1);
  const auto sold = sale("1", "2026-01-02T10:00:00Z", "", {{"milk"}});
  CHECK(test.record("r1", sold, naming(kNewOne)).recorded().member_id() == erased);

  // Who signs up again after it is a new member.
  const auto again = enroll_offline(test, enrolled_as(kNewTwo, {"c1"}, "2026-01-06T09:00:00Z"));
  CHECK(again.recorded().member_id() != erased);
  CHECK(test.member("c1").member().first_name() == "Dana");
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("a repetition after the person was erased keeps nothing of them") {
  TestClub test;
  const std::string member_id =
      enroll_offline(test, enrolled_as(kNewOne, {"c1"})).recorded().member_id();
  test.erase(member_id);
  CHECK(enroll_offline(test, enrolled_as(kNewOne, {"c1"})).recorded().member_id() == member_id);
  CHECK(test.query("SELECT COUNT(*) FROM members") == 1);
  CHECK(test.query("SELECT COUNT(*) FROM member_keys") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM member_consents") == 0);
}

}  // namespace
}  // namespace moadon
