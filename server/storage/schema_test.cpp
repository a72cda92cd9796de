// schema.sql is what the migrations make.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "moadon_storage_migrations.h"
#include "server/storage/club_database.h"
#include "server/storage/query.h"
#include "sqlite/migrations.h"
#include "sqlite/test_files.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr sqlite::Sql kSchema{
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"};

std::vector<std::string> schema_of(sqlite::Connection& connection) {
  const auto parts = storage::query_all(
      connection, kSchema, [](sqlite::Statement& row) { return std::string(row.text(0)); });
  REQUIRE(parts.ok());
  return *parts;
}

TEST_CASE("schema.sql reads as the migrations make it") {
  sqlite::TestDirectory directory;
  auto migrated = sqlite::open_migrated(directory.file("migrated.db"),
                                        {kClubApplicationId, moadon_storage_migrations()});
  REQUIRE(migrated.ok());
  auto written = sqlite::Connection::open(directory.file("written.db"));
  REQUIRE(written.ok());
  std::ifstream file(MOADON_SCHEMA_FILE);
  const std::string schema{std::istreambuf_iterator<char>(file), {}};
  REQUIRE((*written)->exec(schema).ok());
  CHECK(schema_of(**written) == schema_of(**migrated));
}

TEST_CASE("every table is STRICT") {
  sqlite::TestDirectory directory;
  auto migrated = sqlite::open_migrated(directory.file("a.db"),
                                        {kClubApplicationId, moadon_storage_migrations()});
  REQUIRE(migrated.ok());
  CHECK((*migrated)
            ->query_int64("SELECT COUNT(*) FROM pragma_table_list WHERE schema = 'main' AND"
                          " name NOT LIKE 'sqlite_%' AND strict = 0")
            .value() == 0);
}

TEST_CASE("a second process is kept out of the data directory, and strangers out of the file") {
  sqlite::TestDirectory directory;
  auto first = ClubDatabase::open(directory.path(), [](const absl::Status&) {});
  REQUIRE(first.ok());
  auto second = ClubDatabase::open(directory.path(), [](const absl::Status&) {});
  CHECK(absl::IsFailedPrecondition(second.status()));
}

}  // namespace
}  // namespace moadon
