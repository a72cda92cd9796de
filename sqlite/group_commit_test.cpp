#include "sqlite/group_commit.h"

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "absl/synchronization/notification.h"
#include "rules/refusal.h"
#include "sqlite/error.h"
#include "sqlite/group_commit_fixture.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

TEST_CASE("an operation completes after its commit was synced") {
  Fixture fixture;
  const int syncs_before = faults().syncs;
  REQUIRE(fixture.writer->run(inserting(1)).ok());
  CHECK(faults().syncs > syncs_before);
  CHECK(fixture.stored() == 1);
}

TEST_CASE("operations that gather share one sync") {
  Fixture fixture;
  int syncs_before = 0;
  fixture.before_group = [&] { syncs_before = faults().syncs; };
  for (const absl::Status& outcome : fixture.run_as_group(operations_of(64))) CHECK(outcome.ok());
  CHECK(faults().syncs - syncs_before == 1);
  CHECK(fixture.stored() == 64);
}

TEST_CASE("a group takes no more operations than its limit") {
  Fixture fixture({.operations_per_commit = 10});
  int syncs_before = 0;
  fixture.before_group = [&] { syncs_before = faults().syncs; };
  for (const absl::Status& outcome : fixture.run_as_group(operations_of(64))) CHECK(outcome.ok());
  CHECK(faults().syncs - syncs_before == 7);
}

TEST_CASE("an operation that fails is undone alone") {
  Fixture fixture;
  std::vector<GroupCommit::Operation> operations;
  operations.push_back(inserting(1));
  operations.push_back([](Connection& connection) {
    REQUIRE(insert(connection, 2).ok());
    return refuse(v1::REASON_RECEIPT_REUSED, "other content");
  });
  operations.push_back([](Connection& connection) -> absl::Status {
    REQUIRE(insert(connection, 3).ok());
    throw std::runtime_error("thrown");
  });
  operations.push_back([](Connection& connection) {
    REQUIRE(insert(connection, 4).ok());
    return connection.exec("UPDATE item SET owner = 99 WHERE id = 4");
  });
  operations.push_back(inserting(5));
  const auto outcomes = fixture.run_as_group(std::move(operations));
  CHECK(outcomes[0].ok());
  CHECK(reason_of(outcomes[1]) == v1::REASON_RECEIPT_REUSED);
  CHECK(outcomes[2].code() == absl::StatusCode::kInternal);
  CHECK(outcomes[3].code() == absl::StatusCode::kInternal);
  CHECK(outcomes[4].ok());
  CHECK(fixture.stored() == 2);
  CHECK_FALSE(fixture.writer->failed());
}

TEST_CASE("an operation that fails in a group of its own is undone and the writer goes on") {
  Fixture fixture;
  CHECK(reason_of(fixture.writer->run([](Connection& connection) {
          REQUIRE(insert(connection, 1).ok());
          return refuse(v1::REASON_KEY_TAKEN, "taken");
        })) == v1::REASON_KEY_TAKEN);
  CHECK(fixture.stored() == 0);
  CHECK(fixture.writer->run(inserting(1)).ok());
  CHECK(fixture.stored() == 1);
}

TEST_CASE("when SQLite gives the group up, what was before is not stored and what is after is") {
  Fixture fixture;
  std::vector<GroupCommit::Operation> operations;
  operations.push_back(inserting(1));
  operations.push_back([](Connection& connection) {
    // Rolls the whole transaction back on its own, as SQLite does when out of memory.
    return connection.exec("INSERT OR ROLLBACK INTO item (id) VALUES (1)");
  });
  operations.push_back(inserting(3));
  const auto outcomes = fixture.run_as_group(std::move(operations));
  CHECK(reason_of(outcomes[0]) == v1::REASON_BUSY);
  CHECK(is_constraint(outcomes[1]));
  CHECK(outcomes[2].ok());
  CHECK(fixture.stored() == 1);
  CHECK_FALSE(fixture.writer->failed());
}

TEST_CASE("an operation that ends the transaction itself leaves an unknown outcome") {
  Fixture fixture;
  CHECK(reason_of(fixture.writer->run([](Connection& connection) {
          return connection.exec("COMMIT");
        })) == v1::REASON_OUTCOME_UNKNOWN);
  CHECK(fixture.writer->failed());
}

TEST_CASE("after a sync that failed the outcome is unknown and nothing is written any more") {
  Fixture fixture;
  REQUIRE(fixture.writer->run(inserting(100)).ok());
  fixture.before_group = [] { faults().syncs_fail = true; };
  std::vector<GroupCommit::Operation> operations = operations_of(3);
  operations.push_back([](Connection&) { return refuse(v1::REASON_KEY_TAKEN, "taken"); });
  for (const absl::Status& outcome : fixture.run_as_group(std::move(operations))) {
    CHECK(reason_of(outcome) == v1::REASON_OUTCOME_UNKNOWN);
  }
  CHECK(fixture.writer->failed());
  faults().syncs_fail = false;
  const int writes = faults().writes;
  CHECK(reason_of(fixture.writer->run(inserting(200))) == v1::REASON_OUTCOME_UNKNOWN);
  fixture.writer->stop();
  CHECK(faults().writes == writes);
  CHECK(fixture.failures == 1);
  CHECK(is_fatal(fixture.failure_code));
}

TEST_CASE("a full disk stops the writer, and what was acknowledged is there after the next start") {
  Fixture fixture;
  REQUIRE(fixture.writer->run(inserting(1)).ok());
  faults().disk_is_full = true;
  CHECK(reason_of(fixture.writer->run(inserting(2))) == v1::REASON_OUTCOME_UNKNOWN);
  fixture.writer->stop();
  CHECK(fixture.failures == 1);
  faults().disk_is_full = false;
  auto restarted = Connection::open(fixture.path);
  REQUIRE(restarted.ok());
  CHECK((*restarted)->query_int64("SELECT count(*) FROM item WHERE id = 1").value() == 1);
  CHECK((*restarted)
            ->query_int64("SELECT integrity_check = 'ok' FROM pragma_integrity_check")
            .value() == 1);
}

TEST_CASE("what waits behind a failed commit is unknown too") {
  Fixture fixture({.operations_per_commit = 2});
  fixture.before_group = [] { faults().syncs_fail = true; };
  for (const absl::Status& outcome : fixture.run_as_group(operations_of(9))) {
    CHECK(reason_of(outcome) == v1::REASON_OUTCOME_UNKNOWN);
  }
  fixture.writer->stop();
  CHECK(fixture.failures == 1);
}

TEST_CASE("the queue is bounded") {
  Fixture fixture({.queued_operations = 2});
  absl::Notification go;
  std::atomic<int> stored = 0;
  fixture.hold_until(go);
  for (int i = 0; i < 2; ++i) {
    fixture.writer->submit(inserting(i), [&](absl::Status status) { stored += status.ok(); });
  }
  CHECK(reason_of(fixture.writer->run(inserting(2))) == v1::REASON_BUSY);
  go.Notify();
  fixture.writer->stop();
  CHECK(stored == 2);
}

TEST_CASE("stop finishes what was accepted, refuses what comes and empties the WAL") {
  Fixture fixture;
  absl::Notification go;
  std::atomic<int> stored = 0;
  fixture.hold_until(go);
  for (int i = 0; i < 50; ++i) {
    fixture.writer->submit(inserting(i), [&](absl::Status status) { stored += status.ok(); });
  }
  std::thread stopping([&] { fixture.writer->stop(); });
  go.Notify();
  stopping.join();
  CHECK(stored == 50);
  CHECK(reason_of(fixture.writer->run(inserting(99))) == v1::REASON_STOPPING);
  CHECK(std::filesystem::file_size(fixture.path + "-wal") == 0);
  CHECK(fixture.stored() == 50);
  fixture.writer->stop();
}

TEST_CASE("the WAL is copied into the file as it grows, and is used again") {
  Fixture fixture({.checkpoint_pages = 20});
  const auto before = std::filesystem::file_size(fixture.path);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(fixture.writer
                ->run([i](Connection& connection) {
                  return connection.exec("CREATE TABLE t" + std::to_string(i) +
                                         " (x INTEGER) STRICT");
                })
                .ok());
  }
  CHECK(std::filesystem::file_size(fixture.path) > before);
  constexpr size_t kPageBytes = 4'096;
  CHECK(std::filesystem::file_size(fixture.path + "-wal") < 80 * kPageBytes);
}

TEST_CASE("a checkpoint that fails stops the writer but not what it had acknowledged") {
  Fixture fixture({.checkpoint_pages = 4});
  bool acknowledged = false;
  // The commit's own sync succeeds; the completion runs before the checkpoint.
  absl::Notification done;
  absl::Notification go;
  fixture.hold_until(go);
  for (int i = 0; i < 4; ++i) {
    fixture.writer->submit(
        [i](Connection& connection) {
          return connection.exec("CREATE TABLE t" + std::to_string(i) + " (x INTEGER) STRICT");
        },
        [&, i](absl::Status status) {
          faults().syncs_fail = true;
          if (i == 3) {
            acknowledged = status.ok();
            done.Notify();
          }
        });
  }
  go.Notify();
  done.WaitForNotification();
  CHECK(acknowledged);
  fixture.writer->stop();
  CHECK(fixture.writer->failed());
  CHECK(fixture.failures == 1);
}

TEST_CASE("many threads at once lose nothing and double nothing") {
  Fixture fixture({.checkpoint_pages = 50});
  constexpr int kThreads = 16;
  constexpr int kEach = 100;
  std::atomic<int> stored = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        // Every tenth is a repeat, and refused.
        const int64_t id = thread * kEach + (i % 10 == 9 ? i - 1 : i);
        stored += fixture.writer->run(inserting(id)).ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  fixture.writer->stop();
  CHECK(stored == kThreads * kEach * 9 / 10);
  CHECK(fixture.stored() == stored);
}

}  // namespace
TEST_CASE("Upkeep runs alone, after the operations before it are committed") {
  Fixture fixture;
  absl::Notification go;
  fixture.hold_until(go);
  absl::Status inserted = absl::UnknownError("not yet");
  fixture.writer->submit(inserting(1), [&](absl::Status status) { inserted = std::move(status); });
  int64_t seen = -1;
  bool in_transaction = true;
  absl::Notification done;
  fixture.writer->submit_upkeep(
      [&](Connection& connection) {
        in_transaction = connection.in_transaction();
        seen = connection.query_int64("SELECT count(*) FROM item").value_or(-2);
        return absl::OkStatus();
      },
      [&](const absl::Status& status) {
        CHECK(status.ok());
        CHECK(inserted.ok());
        done.Notify();
      });
  go.Notify();
  done.WaitForNotification();
  CHECK_FALSE(in_transaction);
  CHECK(seen == 1);
}

TEST_CASE("Upkeep that leaves a transaction open stops the writer") {
  Fixture fixture;
  absl::Notification done;
  fixture.writer->submit_upkeep([](Connection& connection) { return connection.exec("BEGIN"); },
                                [&](const absl::Status& status) {
                                  CHECK(reason_of(status) == v1::REASON_OUTCOME_UNKNOWN);
                                  done.Notify();
                                });
  done.WaitForNotification();
  fixture.writer->stop();
  CHECK(fixture.failures == 1);
}

TEST_CASE("Upkeep is refused when the writer stops") {
  Fixture fixture;
  fixture.writer->stop();
  absl::Status refused;
  fixture.writer->submit_upkeep([](Connection&) { return absl::OkStatus(); },
                                [&](absl::Status status) { refused = std::move(status); });
  CHECK(reason_of(refused) == v1::REASON_STOPPING);
}

}  // namespace moadon::sqlite
