#include "sqlite/statement.h"

#include <filesystem>
#include <limits>

#include "sqlite/connection.h"
#include "sqlite/test_files.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

enum class Colour : int { kRed = 7 };

constexpr Sql kEcho{"SELECT $1, $2, $3, $4, $5"};
constexpr Sql kSwapped{"SELECT $2, $1"};
constexpr Sql kGap{"SELECT $3"};
constexpr Sql kThreeRows{"SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3"};
constexpr Sql kBroken{"SELECT nothing FROM nowhere"};

std::unique_ptr<Connection> open_in(const TestDirectory& directory) {
  auto connection = Connection::open(directory.file("a.db"));
  REQUIRE(connection.ok());
  return *std::move(connection);
}

TEST_CASE("every kind of value comes back as it was bound") {
  TestDirectory directory;
  auto connection = open_in(directory);
  Statement echo = connection->statement(kEcho);
  const std::string bytes("\0\xff", 2);
  echo.bind_all(std::numeric_limits<int64_t>::min(), absl::string_view("שלום"), Blob{bytes},
                nullptr, Colour::kRed);
  REQUIRE(echo.step().value());
  CHECK(echo.int64(0) == std::numeric_limits<int64_t>::min());
  CHECK(echo.text(1) == "שלום");
  CHECK(echo.blob(2) == bytes);
  CHECK(echo.is_null(3));
  CHECK(echo.int64(4) == 7);
}

TEST_CASE("empty text and empty bytes are not NULL, an empty optional is") {
  TestDirectory directory;
  auto connection = open_in(directory);
  Statement echo = connection->statement(kEcho);
  echo.bind_all(absl::string_view(), Blob{}, std::optional<int64_t>(), std::optional<int64_t>(3),
                std::optional<std::string>("x"));
  REQUIRE(echo.step().value());
  CHECK_FALSE(echo.is_null(0));
  CHECK_FALSE(echo.is_null(1));
  CHECK(echo.is_null(2));
  CHECK(echo.optional_int64(2) == std::nullopt);
  CHECK(echo.optional_int64(3) == 3);
  CHECK(echo.optional_text(4) == absl::string_view("x"));
}

TEST_CASE("parameters keep their numbers whatever order they appear in") {
  TestDirectory directory;
  auto connection = open_in(directory);
  Statement swapped = connection->statement(kSwapped);
  swapped.bind_all("first", "second");
  REQUIRE(swapped.step().value());
  CHECK(swapped.text(0) == "second");
  CHECK(swapped.text(1) == "first");
}

TEST_CASE("wrong SQL, gaps in the parameters and wrong counts are reported by the first step") {
  TestDirectory directory;
  auto connection = open_in(directory);
  CHECK_FALSE(connection->statement(kBroken).step().ok());
  CHECK_FALSE(connection->statement(kGap).step().ok());
  Statement echo = connection->statement(kEcho);
  echo.bind_all(1, 2);
  CHECK_FALSE(echo.step().ok());
  Statement swapped = connection->statement(kSwapped);
  swapped.bind(3, 1);
  CHECK_FALSE(swapped.step().ok());
}

TEST_CASE("what one use bound is gone in the next") {
  TestDirectory directory;
  auto connection = open_in(directory);
  {
    Statement swapped = connection->statement(kSwapped);
    swapped.bind_all(1, 2);
    REQUIRE(swapped.step().value());
  }
  Statement swapped = connection->statement(kSwapped);
  REQUIRE(swapped.step().value());
  CHECK(swapped.is_null(0));
}

TEST_CASE("a statement may be used inside its own use") {
  TestDirectory directory;
  auto connection = open_in(directory);
  int rows = 0;
  Statement outer = connection->statement(kThreeRows);
  while (outer.step().value()) {
    Statement inner = connection->statement(kThreeRows);
    while (inner.step().value()) ++rows;
  }
  CHECK(rows == 9);
}

TEST_CASE("after the last row, and at the end of a use, the snapshot is let go") {
  TestDirectory directory;
  auto connection = open_in(directory);
  REQUIRE(
      connection->exec("CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (1), (2)").ok());
  static constexpr Sql kAll{"SELECT x FROM t"};
  auto checkpoint_is_whole = [&] {
    REQUIRE(connection->checkpoint(Checkpoint::kTruncate).ok());
    return std::filesystem::file_size(directory.file("a.db-wal")) == 0;
  };
  auto reader = Connection::open(directory.file("a.db"), {.access = Access::kReader});
  REQUIRE(reader.ok());
  connection->set_busy_timeout(1);
  {
    Statement all = (*reader)->statement(kAll);
    REQUIRE(all.step().value());
    CHECK_FALSE(checkpoint_is_whole());
  }
  CHECK(checkpoint_is_whole());
  REQUIRE(connection->exec("INSERT INTO t VALUES (3)").ok());
  Statement all = (*reader)->statement(kAll);
  REQUIRE(all.execute().ok());
  CHECK(checkpoint_is_whole());
}

}  // namespace
}  // namespace moadon::sqlite
