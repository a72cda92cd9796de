// How the writer lives with a disk that has no room.
#include <atomic>
#include <filesystem>

#include "absl/synchronization/notification.h"
#include "rules/refusal.h"
#include "sqlite/group_commit_fixture.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

// How the tests live with a full disk: whoever meets it is told that a key was taken.
FullDiskPlan plan(bool is_tight = false) {
  return {.make_room = [is_tight](Connection&) { return is_tight; },
          .refusal = refuse(v1::REASON_KEY_TAKEN, "full")};
}

TEST_CASE("with a plan a full disk refuses what met it, and the writer goes on") {
  Fixture fixture({}, plan());
  REQUIRE(fixture.writer->run(inserting(1)).ok());
  for (int round = 0; round < 3; ++round) {
    fixture.before_group = [] { faults().disk_is_full = true; };
    for (const absl::Status& outcome : fixture.run_as_group(operations_of(3))) {
      CHECK(reason_of(outcome) == v1::REASON_KEY_TAKEN);
    }
    faults().disk_is_full = false;
    REQUIRE(fixture.writer->run(inserting(100 + round)).ok());
  }
  CHECK_FALSE(fixture.writer->failed());
  CHECK(fixture.stored() == 4);
  fixture.writer->stop();
  CHECK(fixture.failures == 0);
}

TEST_CASE("a plan that says nothing to those it refuses does not tell them that they are stored") {
  Fixture fixture({}, {.make_room = [](Connection&) { return false; }});
  fixture.before_group = [] { faults().disk_is_full = true; };
  for (const absl::Status& outcome : fixture.run_as_group(operations_of(2))) {
    CHECK(absl::IsResourceExhausted(outcome));
  }
  faults().disk_is_full = false;
  REQUIRE(fixture.writer->run(inserting(9)).ok());
  CHECK(fixture.stored() == 1);
}

TEST_CASE("with a plan the first write after a start may meet a full disk") {
  Fixture before;
  REQUIRE(before.writer->run(inserting(1)).ok());
  // As a kill leaves it: what was committed is in the log.
  TestDirectory directory;
  const std::string path = directory.file("b.db");
  std::filesystem::copy_file(before.path, path);
  std::filesystem::copy_file(before.path + "-wal", path + "-wal");
  GroupCommit writer(
      Connection::open(path, {.vfs = kFaultyVfs}).value(), [](const absl::Status&) {}, {}, plan());
  faults().disk_is_full = true;
  CHECK(reason_of(writer.run(inserting(2))) == v1::REASON_KEY_TAKEN);
  faults().disk_is_full = false;
  CHECK(writer.run(inserting(3)).ok());
  CHECK_FALSE(writer.run(inserting(1)).ok());
}

TEST_CASE("a full disk that an operation meets before the commit refuses its group") {
  Fixture fixture({}, plan());
  std::vector<GroupCommit::Operation> operations = operations_of(1);
  // More than the cache holds goes into the log at once.
  operations.push_back([](Connection& connection) {
    return connection.exec(
        "CREATE TABLE large AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 1000) SELECT randomblob(2000) AS bytes FROM n");
  });
  operations.push_back(inserting(2));
  fixture.before_group = [] { faults().disk_is_full = true; };
  const auto outcomes = fixture.run_as_group(std::move(operations));
  for (const absl::Status& outcome : outcomes) CHECK(reason_of(outcome) == v1::REASON_KEY_TAKEN);
  faults().disk_is_full = false;
  CHECK(fixture.writer->run(inserting(2)).ok());
  CHECK(fixture.stored() == 1);
}

TEST_CASE("a commit that was refused for lack of room and is in the log is unknown") {
  Fixture fixture({}, plan());
  REQUIRE(fixture.writer->run(inserting(1)).ok());
  faults().pages_are_kept_when_full = true;
  faults().disk_is_full = true;
  CHECK(reason_of(fixture.writer->run(inserting(2))) == v1::REASON_OUTCOME_UNKNOWN);
  faults().disk_is_full = false;
  CHECK(fixture.writer->failed());
  fixture.writer.reset();
  CHECK(fixture.stored() == 2);
}

TEST_CASE("a sync that fails on a full disk stops the writer, plan or not") {
  Fixture fixture({}, plan());
  faults().syncs_fail = true;
  CHECK(reason_of(fixture.writer->run(inserting(1))) == v1::REASON_OUTCOME_UNKNOWN);
  CHECK(fixture.writer->failed());
}

TEST_CASE("room is made before each transaction") {
  std::atomic<int> made = 0;
  Fixture fixture({}, {.make_room =
                           [&made](Connection& connection) {
                             CHECK_FALSE(connection.in_transaction());
                             faults().disk_is_full = false;
                             ++made;
                             return false;
                           },
                       .refusal = refuse(v1::REASON_KEY_TAKEN, "full")});
  for (int i = 0; i < 3; ++i) {
    faults().disk_is_full = true;
    CHECK(fixture.writer->run(inserting(i)).ok());
  }
  CHECK(made == 3);
}

TEST_CASE("a checkpoint without room is tried again, and the writer goes on") {
  Fixture fixture({.checkpoint_pages = 4});
  const auto before = std::filesystem::file_size(fixture.path);
  const auto add_tables = [&](int first, int count, bool is_full_after) {
    for (int i = first; i < first + count; ++i) {
      absl::Notification done;
      fixture.writer->submit(
          [i](Connection& connection) {
            faults().disk_is_full = false;
            return connection.exec("CREATE TABLE t" + std::to_string(i) + " (x INTEGER) STRICT");
          },
          [&](const absl::Status& status) {
            CHECK(status.ok());
            // The completion runs before the checkpoint.
            faults().disk_is_full = is_full_after;
            done.Notify();
          });
      done.WaitForNotification();
    }
  };
  add_tables(0, 20, /*is_full_after=*/true);
  CHECK(std::filesystem::file_size(fixture.path) == before);
  add_tables(20, 20, /*is_full_after=*/false);
  fixture.writer->run([](Connection&) { return absl::OkStatus(); }).IgnoreError();
  CHECK(std::filesystem::file_size(fixture.path) > before);
  faults().disk_is_full = true;
  fixture.writer->stop();
  CHECK(fixture.failures == 0);
}

TEST_CASE("where there is little room the WAL is copied sooner") {
  constexpr size_t kPageBytes = 4'096;
  for (const bool is_tight : {false, true}) {
    Fixture fixture({.checkpoint_pages = 200, .tight_checkpoint_pages = 20}, plan(is_tight));
    for (int i = 0; i < 60; ++i) REQUIRE(fixture.writer->run(inserting(i)).ok());
    const auto log_bytes = std::filesystem::file_size(fixture.path + "-wal");
    CHECK((log_bytes < 40 * kPageBytes) == is_tight);
  }
}

}  // namespace
}  // namespace moadon::sqlite
