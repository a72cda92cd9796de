#include "sqlite/data_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sqlite/test_files.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

TEST_CASE("a data directory has one holder, who is named to the next") {
  TestDirectory directory;
  std::optional<DataLock> first = DataLock::acquire(directory.path()).value();
  const absl::Status refused = DataLock::acquire(directory.path()).status();
  CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(absl::StrContains(refused.message(), absl::StrCat("process ", ::getpid())));
  first.reset();
  CHECK(DataLock::acquire(directory.path()).ok());
}

TEST_CASE("a lock moves with its object") {
  TestDirectory directory;
  std::optional<DataLock> moved;
  {
    DataLock first = DataLock::acquire(directory.path()).value();
    moved.emplace(std::move(first));
  }
  CHECK_FALSE(DataLock::acquire(directory.path()).ok());
}

TEST_CASE("another process is refused, and its end frees the directory") {
  TestDirectory directory;
  auto exit_of_child_that_acquires = [&] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(DataLock::acquire(directory.path()).ok() ? 0 : 1);
    int result = 0;
    REQUIRE(::waitpid(child, &result, 0) == child);
    return WEXITSTATUS(result);
  };
  {
    auto held = DataLock::acquire(directory.path());
    REQUIRE(held.ok());
    CHECK(exit_of_child_that_acquires() == 1);
  }
  CHECK(exit_of_child_that_acquires() == 0);
  CHECK(DataLock::acquire(directory.path()).ok());
}

TEST_CASE("a directory that is not there cannot be locked") {
  CHECK_FALSE(DataLock::acquire("/nonexistent/moadon").ok());
}

}  // namespace
}  // namespace moadon::sqlite
