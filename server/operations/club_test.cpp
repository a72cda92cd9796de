// Setting up: secrets, programs, branches, registers.
#include "server/operations/club.h"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "rules/refusal.h"
#include "server/operations/add_branch.h"
#include "server/operations/add_register.h"
#include "server/operations/note_heartbeat.h"
#include "server/operations/publish_program.h"
#include "server/operations/read_programs.h"
#include "server/operations/read_registers.h"
#include "server/operations/revoke_branch.h"
#include "server/operations/revoke_register.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

absl::StatusOr<v1::PublishProgramResponse> publish(TestClub& test, const v1::Program& program) {
  return wait_for<v1::PublishProgramResponse>(
      [&](auto answer) { publish_program(test.club(), program, std::move(answer)); });
}

absl::StatusOr<v1::AddRegisterResponse> add(TestClub& test, const std::string& register_id,
                                            const std::string& branch_id, bool new_token = false) {
  v1::AddRegisterRequest request;
  request.mutable_register_()->set_register_id(register_id);
  request.mutable_register_()->set_branch_id(branch_id);
  request.set_new_token(new_token);
  return wait_for<v1::AddRegisterResponse>(
      [&](auto answer) { add_register(test.club(), request, std::move(answer)); });
}

absl::StatusOr<v1::AddBranchResponse> add(TestClub& test, const v1::Branch& branch) {
  return wait_for<v1::AddBranchResponse>(
      [&](auto answer) { add_branch(test.club(), branch, std::move(answer)); });
}

std::string owner_token(const TestClub& test) {
  std::ifstream file(test.directory() + "/owner.token");
  std::string token;
  std::getline(file, token);
  return token;
}

TEST_CASE("the first start makes the owner's token, for the owner's eyes only") {
  TestClub test;
  struct stat status {};
  REQUIRE(stat((test.directory() + "/owner.token").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(stat((test.directory() + "/moadon.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::string token = owner_token(test);
  CHECK(token.size() == 43);
  CHECK(test.club().view()->is_owner_token(token));
  CHECK_FALSE(test.club().view()->is_owner_token(""));
  CHECK_FALSE(test.club().view()->is_owner_token(token + "x"));
  test.reopen();
  CHECK(owner_token(test) == token);
  CHECK(test.club().view()->is_owner_token(token));
}

TEST_CASE("publishing the newest version's content again changes nothing") {
  TestClub test;
  CHECK(publish(test, TestClub::program())->program().version() == 1);
  CHECK(test.club().view()->programs().size() == 1);
}

TEST_CASE("later versions keep currency and zone, and start now or later, after the others") {
  TestClub test;
  v1::Program program = TestClub::program();
  program.set_title("second");
  program.set_currency_code("USD");
  CHECK(reason_of(publish(test, program).status()) == v1::REASON_PROGRAM_FIELD_FIXED);
  program.set_currency_code("ILS");
  program.set_time_zone("Asia/Jerusalem");
  CHECK(reason_of(publish(test, program).status()) == v1::REASON_PROGRAM_FIELD_FIXED);
  program.set_time_zone("Nowhere/Town");
  CHECK(reason_of(publish(test, program).status()) == v1::REASON_FIELD_INVALID);
  for (const char* zone : {"../../etc/passwd", "localtime", "libc:localtime", "posixrules"}) {
    program.set_time_zone(zone);
    CHECK(reason_of(publish(test, program).status()) == v1::REASON_FIELD_INVALID);
  }
  program.set_time_zone("UTC");
  *program.mutable_start_time() = at("2025-12-31T00:00:00Z");
  CHECK(reason_of(publish(test, program).status()) == v1::REASON_PROGRAM_START_PAST);
  *program.mutable_start_time() = at("2026-06-01T00:00:00Z");
  CHECK(publish(test, program)->program().version() == 2);
  program.set_title("third");
  *program.mutable_start_time() = at("2026-05-01T00:00:00Z");
  CHECK(reason_of(publish(test, program).status()) == v1::REASON_PROGRAM_START_PAST);
  CHECK(get_program(test.club(), {})->program().version() == 1);
  test.clock().set(us("2026-06-01T00:00:00Z"));
  CHECK(get_program(test.club(), {})->program().version() == 2);
  test.reopen();
  CHECK(get_program(test.club(), {})->program().title() == "second");
  v1::FetchProgramsRequest since;
  since.set_after_version(1);
  CHECK(fetch_programs(test.club(), since)->programs_size() == 1);
}

TEST_CASE("a branch is added once, takes the program's zone, and closes when its registers have") {
  TestClub test;
  v1::Branch branch;
  branch.set_branch_id("b2");
  branch.set_day_start_minutes(240);
  CHECK(add(test, branch)->branch().time_zone() == "UTC");
  CHECK(add(test, branch).ok());
  branch.set_name("other");
  CHECK(reason_of(add(test, branch).status()) == v1::REASON_ID_TAKEN);
  branch.set_day_start_minutes(1440);
  CHECK(reason_of(add(test, branch).status()) == v1::REASON_FIELD_INVALID);
  REQUIRE(add(test, "t9", "b2").ok());
  const auto close = [&] {
    return wait_for<v1::RevokeBranchResponse>(
        [&](auto answer) { revoke_branch(test.club(), "b2", std::move(answer)); });
  };
  CHECK(reason_of(close().status()) == v1::REASON_BRANCH_IN_USE);
  REQUIRE(wait_for<v1::RevokeRegisterResponse>([&](auto answer) {
            revoke_register(test.club(), "t9", std::move(answer));
          }).ok());
  CHECK(close()->branch().has_revoke_time());
  CHECK(close().ok());
  CHECK(reason_of(add(test, "t10", "b2").status()) == v1::REASON_BRANCH_UNKNOWN);
  CHECK(list_branches(test.club(), {})->branches_size() == 2);
}

TEST_CASE("a register's token is known until it is revoked or renewed") {
  TestClub test;
  const auto made = add(test, "t1", "b1");
  REQUIRE(made.ok());
  const std::string token = made->token();
  REQUIRE(test.club().view()->register_of_token(token) != nullptr);
  CHECK(test.club().view()->register_of_token(token)->register_id == "t1");
  CHECK(reason_of(add(test, "t1", "b1").status()) == v1::REASON_ID_TAKEN);
  CHECK(reason_of(add(test, "t2", "b9").status()) == v1::REASON_BRANCH_UNKNOWN);
  REQUIRE(wait_for<v1::RevokeRegisterResponse>([&](auto answer) {
            revoke_register(test.club(), "t1", std::move(answer));
          }).ok());
  CHECK(test.club().view()->register_of_token(token)->is_revoked);
  test.reopen();
  CHECK(test.club().view()->register_of_token(token)->is_revoked);
  const auto renewed = add(test, "t1", "b1", /*new_token=*/true);
  REQUIRE(renewed.ok());
  CHECK(test.club().view()->register_of_token(token) == nullptr);
  CHECK_FALSE(test.club().view()->register_of_token(renewed->token())->is_revoked);
  CHECK(test.query("SELECT COUNT(*) FROM registers WHERE CAST(token_hash AS TEXT) LIKE '%" +
                   renewed->token() + "%'") == 0);
}

TEST_CASE("a heartbeat shows the owner when a register was last heard of") {
  TestClub test;
  v1::HeartbeatRequest request;
  request.set_agent_version("0.1.0");
  request.set_undelivered_count(3);
  const ClubViewPtr view = test.club().view();
  const auto answered = wait_for<v1::HeartbeatResponse>([&](auto answer) {
    note_heartbeat(test.club(), *view->register_of_id("r1"), request, std::move(answer));
  });
  REQUIRE(answered.ok());
  CHECK(answered->newest_program_version() == 1);
  const auto registers = list_registers(test.club(), {});
  REQUIRE(registers->registers_size() == 1);
  CHECK(registers->registers(0).undelivered_count() == 3);
  CHECK(registers->registers(0).last_contact_time().seconds() * 1'000'000 == test.clock().now_us());
}

TEST_CASE("after stopping, writes are refused and reads go on") {
  TestClub test;
  test.club().stop();
  CHECK(reason_of(add(test, "t1", "b1").status()) == v1::REASON_STOPPING);
  CHECK(list_registers(test.club(), {}).ok());
}

}  // namespace
}  // namespace moadon
