// What the tests of the writer share: one over a fresh file on a disk that can fail.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "sqlite/error.h"
#include "sqlite/group_commit.h"
#include "sqlite/test_files.h"
#include "tests/catch.h"

namespace moadon::sqlite {

inline constexpr Sql kInsert{"INSERT INTO item (id, owner) VALUES ($1, $2)"};

inline absl::Status insert(Connection& connection, int64_t id) {
  Statement inserting = connection.statement(kInsert);
  inserting.bind_all(id, nullptr);
  return inserting.execute();
}

inline constexpr int kTestCacheKib = 256;

inline GroupCommit::Operation inserting(int64_t id) {
  return [id](Connection& connection) { return insert(connection, id); };
}

// A writer over a fresh file on the faulty disk, and what it told its owner.
struct Fixture {
  explicit Fixture(const GroupCommitLimits& limits = {}, FullDiskPlan full_disk = {}) {
    register_faulty_vfs();
    auto opened = Connection::open(path, {.cache_kib = kTestCacheKib, .vfs = kFaultyVfs});
    REQUIRE(opened.ok());
    REQUIRE((*opened)
                ->exec("CREATE TABLE item (id INTEGER PRIMARY KEY, owner INTEGER "
                       "REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED) STRICT")
                .ok());
    writer.emplace(
        *std::move(opened),
        [this](const absl::Status& cause) {
          ++failures;
          failure_code = code_of_error(cause);
        },
        limits, std::move(full_disk));
  }

  int64_t stored() const {
    auto reader = Connection::open(path, {.access = Access::kReader});
    REQUIRE(reader.ok());
    return (*reader)->query_int64("SELECT count(*) FROM item").value();
  }

  // Keeps the writer busy until the notification, so that what is submitted meanwhile makes a
  // group.
  void hold_until(absl::Notification& go) {
    absl::Notification holding;
    writer->submit(
        [&holding, &go](Connection&) {
          holding.Notify();
          go.WaitForNotification();
          return absl::OkStatus();
        },
        [](absl::Status) {});
    holding.WaitForNotification();
  }

  // Runs `operations` as one group and returns their outcomes.
  std::vector<absl::Status> run_as_group(std::vector<GroupCommit::Operation> operations) {
    std::vector<absl::Status> outcomes(operations.size());
    std::atomic<size_t> left = operations.size();
    absl::Notification go;
    absl::Notification done;
    hold_until(go);
    for (size_t i = 0; i < operations.size(); ++i) {
      writer->submit(std::move(operations[i]), [&, i](absl::Status status) {
        outcomes[i] = std::move(status);
        if (--left == 0) done.Notify();
      });
    }
    before_group();
    go.Notify();
    done.WaitForNotification();
    return outcomes;
  }

  TestDirectory directory;
  const std::string path = directory.file("a.db");
  std::atomic<int> failures = 0;
  std::atomic<int> failure_code = 0;
  std::function<void()> before_group = [] {};
  std::optional<GroupCommit> writer;
};

inline std::vector<GroupCommit::Operation> operations_of(int count) {
  std::vector<GroupCommit::Operation> operations;
  for (int i = 0; i < count; ++i) operations.push_back(inserting(i));
  return operations;
}

}  // namespace moadon::sqlite
