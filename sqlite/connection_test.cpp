#include "sqlite/connection.h"

#include <sqlite3.h>

#include <filesystem>

#include "sqlite/backup.h"
#include "sqlite/error.h"
#include "sqlite/test_files.h"
#include "sqlite/transaction.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

constexpr Sql kInsert{"INSERT INTO item (id, name) VALUES ($1, $2)"};
constexpr Sql kCount{"SELECT count(*) FROM item"};

std::unique_ptr<Connection> writer_with_items(const TestDirectory& directory) {
  auto writer = Connection::open(directory.file("a.db"));
  REQUIRE(writer.ok());
  REQUIRE((*writer)->exec("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT) STRICT").ok());
  return *std::move(writer);
}

int64_t count(Connection& connection) {
  Statement counting = connection.statement(kCount);
  REQUIRE(counting.step().value());
  return counting.int64(0);
}

absl::Status insert(Connection& connection, int64_t id) {
  Statement inserting = connection.statement(kInsert);
  inserting.bind_all(id, "x");
  return inserting.execute();
}

TEST_CASE("a writer is durable, enforces foreign keys and never checkpoints on its own") {
  TestDirectory directory;
  auto writer = writer_with_items(directory);
  CHECK(writer->query_int64("PRAGMA synchronous").value() == 2);
  CHECK(writer->query_int64("PRAGMA foreign_keys").value() == 1);
  CHECK(writer->query_int64("PRAGMA wal_autocheckpoint").value() == 0);
  CHECK(writer->query_int64("SELECT journal_mode = 'wal' FROM pragma_journal_mode").value() == 1);
}

TEST_CASE("closing the last connection leaves the WAL for the next start") {
  TestDirectory directory;
  writer_with_items(directory).reset();
  CHECK(std::filesystem::file_size(directory.file("a.db-wal")) > 0);
  auto writer = Connection::open(directory.file("a.db"));
  REQUIRE(writer.ok());
  CHECK(count(**writer) == 0);
}

TEST_CASE(
    "a truncating checkpoint empties the WAL, and the commit before it says how long it was") {
  TestDirectory directory;
  auto writer = writer_with_items(directory);
  REQUIRE(insert(*writer, 1).ok());
  CHECK(writer->wal_pages() > 0);
  REQUIRE(writer->checkpoint(Checkpoint::kTruncate).ok());
  CHECK(std::filesystem::file_size(directory.file("a.db-wal")) == 0);
}

TEST_CASE("a checkpoint that a reader holds up is no error") {
  TestDirectory directory;
  ConnectionOptions impatient;
  impatient.busy_timeout_ms = 1;
  writer_with_items(directory).reset();
  auto writer = Connection::open(directory.file("a.db"), impatient);
  REQUIRE(writer.ok());
  auto reader = Connection::open(directory.file("a.db"), {.access = Access::kReader});
  REQUIRE(reader.ok());
  auto snapshot = Transaction::begin(**reader, Transaction::Kind::kRead);
  CHECK(count(**reader) == 0);
  REQUIRE(insert(**writer, 1).ok());
  CHECK((*writer)->checkpoint(Checkpoint::kPassive).ok());
  CHECK((*writer)->checkpoint(Checkpoint::kTruncate).ok());
  CHECK_FALSE((*writer)->met_fatal_error());
}

TEST_CASE("a reader cannot write and needs a file") {
  TestDirectory directory;
  CHECK_FALSE(Connection::open(directory.file("none.db"), {.access = Access::kReader}).ok());
  CHECK_FALSE(std::filesystem::exists(directory.file("none.db")));
  auto writer = writer_with_items(directory);
  auto reader = Connection::open(directory.file("a.db"), {.access = Access::kReader});
  REQUIRE(reader.ok());
  CHECK_FALSE(insert(**reader, 1).ok());
  CHECK(count(*writer) == 0);
}

TEST_CASE("errors keep SQLite's extended code and are told apart") {
  TestDirectory directory;
  auto writer = writer_with_items(directory);
  REQUIRE(insert(*writer, 1).ok());
  const absl::Status twice = insert(*writer, 1);
  CHECK(code_of_error(twice) == SQLITE_CONSTRAINT_PRIMARYKEY);
  CHECK(is_constraint(twice));
  CHECK_FALSE(is_fatal(twice));
  CHECK_FALSE(is_busy(twice));
  CHECK_FALSE(writer->met_fatal_error());
  CHECK(is_fatal(SQLITE_IOERR_FSYNC));
  CHECK(is_fatal(SQLITE_FULL));
  CHECK(is_fatal(SQLITE_CORRUPT_INDEX));
  CHECK_FALSE(is_fatal(absl::InternalError("not of SQLite")));
}

TEST_CASE("a second writer is told that the first is busy") {
  TestDirectory directory;
  auto writer = writer_with_items(directory);
  ConnectionOptions impatient;
  impatient.busy_timeout_ms = 1;
  auto second = Connection::open(directory.file("a.db"), impatient);
  REQUIRE(second.ok());
  auto transaction = Transaction::begin(*writer);
  REQUIRE(transaction.ok());
  CHECK(is_busy(Transaction::begin(**second).status()));
}

TEST_CASE("a transaction is rolled back unless it is committed") {
  TestDirectory directory;
  auto writer = writer_with_items(directory);
  {
    auto transaction = Transaction::begin(*writer);
    REQUIRE(insert(*writer, 1).ok());
  }
  CHECK(count(*writer) == 0);
  auto transaction = Transaction::begin(*writer);
  REQUIRE(insert(*writer, 1).ok());
  REQUIRE(transaction->commit().ok());
  CHECK_FALSE(writer->in_transaction());
  CHECK(count(*writer) == 1);
}

TEST_CASE("a savepoint is undone alone, also inside another") {
  TestDirectory directory;
  auto writer = writer_with_items(directory);
  auto transaction = Transaction::begin(*writer);
  auto outer = Savepoint::begin(*writer);
  REQUIRE(insert(*writer, 1).ok());
  {
    auto inner = Savepoint::begin(*writer);
    REQUIRE(insert(*writer, 2).ok());
  }
  CHECK(count(*writer) == 1);
  REQUIRE(outer->release().ok());
  REQUIRE(transaction->commit().ok());
  CHECK(count(*writer) == 1);
}

TEST_CASE("a backup is a whole database and replaces the one before") {
  TestDirectory directory;
  auto writer = writer_with_items(directory);
  REQUIRE(insert(*writer, 1).ok());
  const std::string copy = directory.file("it's a copy.db");
  REQUIRE(back_up(*writer, copy).ok());
  REQUIRE(insert(*writer, 2).ok());
  REQUIRE(back_up(*writer, copy).ok());
  CHECK_FALSE(std::filesystem::exists(copy + ".partial"));
  auto copied = Connection::open(copy);
  REQUIRE(copied.ok());
  CHECK(count(**copied) == 2);
}

}  // namespace
}  // namespace moadon::sqlite
