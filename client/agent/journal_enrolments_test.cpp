// Who was enrolled without the server, in the journal's file: found by key, sealed, and gone in
// time.
#include "client/agent/journal_enrolments.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/agent/scratch_directory.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

std::unique_ptr<Journal> open(const std::string& path) {
  return Journal::open(path, std::string(kJournalKeyBytes, 'k'), [](const absl::Status&) {})
      .value();
}

v1::EnrollMemberRequest newcomer() {
  v1::EnrollMemberRequest member;
  member.add_keys()->set_card("NEW-4711");
  member.set_first_name("Nechama");
  member.set_last_name("Cohen");
  return member;
}

TEST_CASE("rows of the enrolled go when they were delivered long ago, and not before") {
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/journal.db";
  auto journal = open(path);
  NewEnrollment enrollment;
  enrollment.register_id = "R1";
  enrollment.member = newcomer();
  enrollment.keys = {NormalKey{KeyKind::kCard, "new-4711", "NEW-4711", {}}};
  enrollment.commit_time_us = 1000;
  const std::string id = EnrollmentBook(*journal).enroll(enrollment)->provisional_id;
  enrollment.member.set_city("Haifa");
  enrollment.commit_time_us = 2000;
  CHECK(EnrollmentBook(*journal).enroll(enrollment)->provisional_id == id);
  REQUIRE(EnrollmentBook(*journal).prune(5000).ok());
  CHECK(EnrollmentBook(*journal).find(id)->has_value());
  REQUIRE(journal->settle("R1", {Settlement{1, {}, "m-1"}}, 0).ok());
  REQUIRE(EnrollmentBook(*journal).prune(5000).ok());
  // What stands for it is not delivered.
  REQUIRE(EnrollmentBook(*journal).find(enrollment.keys[0])->has_value());
  CHECK((*EnrollmentBook(*journal).find(id))->member_id == "m-1");
  REQUIRE(journal->settle("R1", {Settlement{2, {}, "m-1"}}, 0).ok());
  REQUIRE(EnrollmentBook(*journal).prune(1500).ok());
  CHECK(EnrollmentBook(*journal).find(id)->has_value());
  REQUIRE(EnrollmentBook(*journal).prune(5000).ok());
  CHECK_FALSE(EnrollmentBook(*journal).find(id)->has_value());
  CHECK_FALSE(EnrollmentBook(*journal).find(enrollment.keys[0])->has_value());
  // Under another key nobody is known, and nothing is in clear.
  REQUIRE(EnrollmentBook(*journal).enroll(enrollment).ok());
  journal.reset();
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  for (const char* text : {"NEW-4711", "new-4711", "Nechama", "Cohen", "Haifa"}) {
    CHECK(bytes.find(text) == std::string::npos);
  }
}

TEST_CASE("a row that was altered is nobody's") {
  for (const char* change :
       {"member_id = 'm-2'", "register_id = 'R2'", "sequence = 7", "stands_for = 'new-0'",
        "provisional_id = 'new-00000000000000aa'", "display_name = zeroblob(40)"}) {
    CAPTURE(change);
    const ScratchDirectory scratch;
    const std::string path = scratch.path() + "/journal.db";
    auto journal = open(path);
    NewEnrollment enrollment;
    enrollment.register_id = "R1";
    enrollment.member = newcomer();
    enrollment.keys = {NormalKey{KeyKind::kCard, "new-4711", "NEW-4711", {}}};
    REQUIRE(EnrollmentBook(*journal).enroll(enrollment).ok());
    journal.reset();
    {
      auto connection = sqlite::Connection::open(path, {.access = sqlite::Access::kWriter});
      REQUIRE(connection.ok());
      REQUIRE((*connection)->exec(absl::StrCat("UPDATE provisional SET ", change)).ok());
      REQUIRE((*connection)
                  ->exec("UPDATE provisional_key SET provisional_id = (SELECT provisional_id FROM "
                         "provisional)")
                  .ok());
    }
    journal = open(path);
    const auto found = EnrollmentBook(*journal).find(enrollment.keys[0]);
    REQUIRE(found.ok());
    CHECK_FALSE(found->has_value());
    // The entry itself is whole, and goes.
    CHECK(journal->next_batch("R1", {.count = 9, .bytes = 1 << 20})->size() == 1);
    REQUIRE(EnrollmentBook(*journal).enroll(enrollment).ok());
  }
}

}  // namespace
}  // namespace moadon::agent
