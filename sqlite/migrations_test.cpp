#include "sqlite/migrations.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "moadon_sqlite_test_migrations.h"
#include "rules/refusal.h"
#include "sqlite/test_files.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

constexpr int32_t kApplication = 0x4d4f4144;

Schema schema_up_to(size_t version) {
  return {kApplication, moadon_sqlite_test_migrations().first(version)};
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A database at `version` with everything in the main file.
void make_database(const std::string& path, const Schema& schema) {
  auto made = open_migrated(path, schema);
  REQUIRE(made.ok());
  REQUIRE((*made)->checkpoint(Checkpoint::kTruncate).ok());
}

TEST_CASE("a new database gets every migration, as it was written, and no backup") {
  TestDirectory directory;
  auto made = open_migrated(directory.file("a.db"), schema_up_to(2));
  REQUIRE(made.ok());
  CHECK((*made)->query_int64("PRAGMA user_version").value() == 2);
  CHECK((*made)->query_int64("PRAGMA application_id").value() == kApplication);
  CHECK((*made)->query_int64("PRAGMA foreign_keys").value() == 1);
  CHECK((*made)->query_int64("SELECT count(*) FROM pet JOIN person USING (person_id)").value() ==
        1);
  CHECK(
      (*made)->query_int64("SELECT name = 'a;b\"c[d]e\\n${NAME}@NAME@ שלום' FROM person").value() ==
      1);
  CHECK_FALSE(std::filesystem::exists(directory.file("a.db.before-0001")));
}

TEST_CASE("an older database is copied first and then brought up") {
  TestDirectory directory;
  const std::string path = directory.file("a.db");
  make_database(path, schema_up_to(1));
  make_database(path, schema_up_to(2));
  auto before = Connection::open(path + ".before-0002");
  REQUIRE(before.ok());
  CHECK((*before)->query_int64("PRAGMA user_version").value() == 1);
  CHECK((*before)->query_int64("PRAGMA application_id").value() == kApplication);
  CHECK((*before)->query_int64("SELECT count(*) FROM person").value() == 1);
}

TEST_CASE("opening again at the same version changes nothing") {
  TestDirectory directory;
  const std::string path = directory.file("a.db");
  make_database(path, schema_up_to(2));
  const std::string before = bytes_of(path);
  make_database(path, schema_up_to(2));
  CHECK(bytes_of(path) == before);
}

TEST_CASE("a newer database is refused and not touched") {
  TestDirectory directory;
  const std::string path = directory.file("a.db");
  make_database(path, schema_up_to(2));
  const std::string before = bytes_of(path);
  const absl::Status refused = open_migrated(path, schema_up_to(1)).status();
  CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
  const v1::ErrorDetail detail = detail_of(refused);
  CHECK(detail.reason() == v1::REASON_VERSION_MISMATCH);
  CHECK(detail.values().at("theirs") == "2");
  CHECK(detail.values().at("ours") == "1");
  CHECK(bytes_of(path) == before);
}

TEST_CASE("a file of another application is refused and not touched") {
  TestDirectory directory;
  const std::string path = directory.file("a.db");
  SECTION("a database of another kind") {
    make_database(path, {kApplication + 1, moadon_sqlite_test_migrations().first(1)});
  }
  SECTION("a database of nobody in particular") {
    auto foreign = Connection::open(path);
    REQUIRE((*foreign)->exec("CREATE TABLE t (x INTEGER) STRICT").ok());
    REQUIRE((*foreign)->checkpoint(Checkpoint::kTruncate).ok());
  }
  SECTION("no database at all") { std::ofstream(path) << std::string(5'000, 'x'); }
  const std::string before = bytes_of(path);
  CHECK(open_migrated(path, schema_up_to(2)).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(bytes_of(path) == before);
}

TEST_CASE("an empty file is a new database") {
  TestDirectory directory;
  std::ofstream(directory.file("a.db")).flush();
  CHECK(open_migrated(directory.file("a.db"), schema_up_to(2)).ok());
}

TEST_CASE("a first start that a crash ended before WAL was on is begun anew") {
  TestDirectory directory;
  const std::string path = directory.file("a.db");
  sqlite3* crashing = nullptr;
  REQUIRE(sqlite3_open(directory.file("crashing.db").c_str(), &crashing) == SQLITE_OK);
  // More than the cache holds, so that the file has some of it before there is a commit.
  const char* half_done =
      "PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE half_done (x);"
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100)"
      "INSERT INTO half_done SELECT randomblob(1000) FROM n";
  REQUIRE(sqlite3_exec(crashing, half_done, nullptr, nullptr, nullptr) == SQLITE_OK);
  for (const char* part : {"", "-journal"}) {
    std::filesystem::copy_file(directory.file("crashing.db") + part, path + part);
  }
  sqlite3_close(crashing);
  REQUIRE(std::filesystem::file_size(path) > 0);
  auto made = open_migrated(path, schema_up_to(2));
  REQUIRE(made.ok());
  CHECK((*made)->query_int64("PRAGMA user_version").value() == 2);
  CHECK(
      (*made)->query_int64("SELECT count(*) FROM sqlite_schema WHERE name = 'half_done'").value() ==
      0);
}

TEST_CASE("a migration that fails is undone, those before it stay") {
  TestDirectory directory;
  const std::string path = directory.file("a.db");
  const Migration good = moadon_sqlite_test_migrations().front();
  auto version_after = [&](absl::string_view sql) {
    const Migration migrations[] = {good, {2, "0002_bad", sql}};
    CHECK_FALSE(open_migrated(path, {kApplication, migrations}).ok());
    auto left = open_migrated(path, schema_up_to(1));
    REQUIRE(left.ok());
    CHECK((*left)->query_int64("SELECT count(*) FROM sqlite_schema").value() == 1);
    return (*left)->query_int64("PRAGMA user_version").value();
  };
  CHECK(version_after("CREATE TABLE a (x INTEGER) STRICT; SELECT nonsense") == 1);
  CHECK(version_after("CREATE TABLE a (x INTEGER REFERENCES person (person_id)) STRICT;"
                      "INSERT INTO a VALUES (99)") == 1);
}

TEST_CASE("migrations with a gap in their numbers are refused") {
  TestDirectory directory;
  CHECK_FALSE(open_migrated(directory.file("a.db"),
                            {kApplication, moadon_sqlite_test_migrations().subspan(1)})
                  .ok());
}

}  // namespace
}  // namespace moadon::sqlite
