// schema.sql is what the migrations make.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "moadon_storage_migrations.h"
#include "server/storage/club_database.h"
#include "server/storage/member_branch_store.h"
#include "server/storage/member_store.h"
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

TEST_CASE("members of the first schema stay due when they were") {
  sqlite::TestDirectory directory;
  const absl::Span<const sqlite::Migration> migrations = moadon_storage_migrations();
  REQUIRE(migrations.size() >= 2);
  auto database = sqlite::Connection::open(directory.file("old.db"));
  REQUIRE(database.ok());
  sqlite::Connection& connection = **database;
  REQUIRE(connection.exec(std::string(migrations[0].sql)).ok());
  REQUIRE(connection
              .exec("INSERT INTO members (member_id, snapshot, changed_us, met_time_us, met_day,"
                    " sale_count, purchase_days, net_spend_sum_minor, stage, next_stage_day)"
                    " VALUES (1, 1, 1, 0, 0, 0, 0, 0, 1, 20000), (2, 1, 2, 0, 0, 0, 0, 0, 1, NULL)")
              .ok());
  REQUIRE(connection.exec(std::string(migrations[1].sql)).ok());
  const auto due = storage::list_due_members(connection, 20'000, 10);
  REQUIRE(due.ok());
  CHECK(*due == std::vector<int64_t>{1});
  const auto early = storage::list_due_members(connection, 19'999, 10);
  REQUIRE(early.ok());
  CHECK(early->empty());
}

TEST_CASE("lines of the second schema learn their day, and decisions and moves stay") {
  sqlite::TestDirectory directory;
  const absl::Span<const sqlite::Migration> migrations = moadon_storage_migrations();
  REQUIRE(migrations.size() >= 3);
  auto database = sqlite::Connection::open(directory.file("old.db"));
  REQUIRE(database.ok());
  sqlite::Connection& connection = **database;
  REQUIRE(connection.exec(std::string(migrations[0].sql)).ok());
  REQUIRE(connection.exec(std::string(migrations[1].sql)).ok());
  REQUIRE(
      connection
          .exec("INSERT INTO members (member_id, snapshot, changed_us, met_time_us, met_day,"
                " sale_count, purchase_days, net_spend_sum_minor, stage)"
                " VALUES (1, 1, 1, 0, 0, 0, 0, 0, 1);"
                "INSERT INTO sales (member_id, sale_id, register_id, receipt, branch_id,"
                " business_day, effective_time_us, occurred_us, received_us, program_version,"
                " facts_snapshot, line_count, value_minor, paid_net_minor, units_milli,"
                " spend_minor, content) VALUES"
                " (0, 7, 'R', '1', 'B', 19000, 0, 0, 0, 1, 0, 1, 5, 5, 1000, 5, x''),"
                " (1, 7, 'R', '2', 'B', 20000, 0, 0, 0, 1, 0, 1, 5, 5, 1000, 5, x'');"
                "INSERT INTO sale_lines (member_id, sale_id, line_no, line_id, sku, category,"
                " brand, quantity_milli, unit_price_minor, value_minor, paid_net_minor,"
                " is_deposit, returned_milli, refunded_minor) VALUES"
                " (0, 7, 1, 'a', 's', '', '', 1000, 5, 5, 5, 0, 0, 0),"
                " (1, 7, 1, 'a', 's', '', '', 1000, 5, 5, 5, 0, 0, 0);"
                "INSERT INTO decisions (request_id, kind, member_id, digest, decision_day, note,"
                " actor, record_us, answer) VALUES ('d', 2, 1, x'01', 5, 'n', 'a', 9, x'02');"
                "INSERT INTO stage_moves VALUES (1, 20000, 0, 3, 4, 1, 0, 30000, 1, 5, 1);"
                "INSERT INTO tier_moves VALUES (1, 1, 20000, '', 'gold', 1, 5, 1, 1);")
          .ok());
  REQUIRE(connection.exec(std::string(migrations[2].sql)).ok());
  const auto count = [&](const char* sql) { return connection.query_int64(sql).value(); };
  CHECK(count("SELECT COUNT(*) FROM sale_lines WHERE member_id = 0 AND business_day = 19000") == 1);
  CHECK(count("SELECT COUNT(*) FROM sale_lines WHERE member_id = 1 AND business_day = 20000") == 1);
  CHECK(count("SELECT COUNT(*) FROM decisions WHERE request_id = 'd' AND kind = 2 AND"
              " digest = x'01' AND note = 'n' AND record_us = 9 AND answer = x'02'") == 1);
  CHECK(count("SELECT COUNT(*) FROM stage_moves WHERE move_day = 20000 AND to_stage = 3 AND"
              " rhythm_days_milli = 30000 AND program_version = 1") == 1);
  CHECK(count("SELECT COUNT(*) FROM tier_moves WHERE to_tier_id = 'gold' AND reason = 1") == 1);
}

TEST_CASE("sales of the third schema say where their members bought last") {
  sqlite::TestDirectory directory;
  const absl::Span<const sqlite::Migration> migrations = moadon_storage_migrations();
  REQUIRE(migrations.size() >= 4);
  auto database = sqlite::Connection::open(directory.file("old.db"));
  REQUIRE(database.ok());
  sqlite::Connection& connection = **database;
  for (int i = 0; i < 3; ++i) REQUIRE(connection.exec(std::string(migrations[i].sql)).ok());
  REQUIRE(connection
              .exec("INSERT INTO branches VALUES ('B', '', 'UTC', 0, NULL);"
                    "INSERT INTO sales (member_id, sale_id, register_id, receipt, branch_id,"
                    " business_day, effective_time_us, occurred_us, received_us, program_version,"
                    " facts_snapshot, line_count, value_minor, paid_net_minor, units_milli,"
                    " spend_minor, content) VALUES"
                    " (0, 7, 'R', '1', 'B', 19000, 0, 0, 0, 1, 0, 1, 5, 5, 1000, 5, x''),"
                    " (1, 8, 'R', '2', 'B', 20001, 0, 0, 0, 1, 0, 1, 5, 5, 1000, 5, x''),"
                    " (1, 9, 'R', '3', 'B', 20000, 0, 0, 0, 1, 0, 1, 5, 5, 1000, 5, x''),"
                    " (1, 10, 'S', '4', 'C', 19999, 0, 0, 0, 1, 0, 1, 5, 5, 1000, 5, x''),"
                    " (2, 11, 'R', '5', 'B', 18000, 0, 0, 0, 1, 0, 1, 5, 5, 1000, 5, x'')")
              .ok());
  REQUIRE(connection.exec(std::string(migrations[3].sql)).ok());
  using Rows = std::vector<storage::MemberBranchRow>;
  CHECK(storage::list_member_branches(connection, 1).value() == Rows{{"B", 20'001}, {"C", 19'999}});
  CHECK(storage::list_member_branches(connection, 2).value() == Rows{{"B", 18'000}});
  CHECK(connection.query_int64("SELECT COUNT(*) FROM member_branches").value() == 3);
  REQUIRE(storage::keep_member_branch(connection, 2, {"B", 17'999}).ok());
  CHECK(storage::list_member_branches(connection, 2).value() == Rows{{"B", 18'000}});
  REQUIRE(storage::keep_member_branch(connection, 2, {"B", 18'001}).ok());
  CHECK(storage::list_member_branches(connection, 2).value() == Rows{{"B", 18'001}});
  CHECK(connection.query_int64("SELECT COUNT(*) FROM branches WHERE region_id = ''").value() == 1);
}

TEST_CASE("a member is due on the earliest day of the three") {
  sqlite::TestDirectory directory;
  auto database = sqlite::open_migrated(directory.file("a.db"),
                                        {kClubApplicationId, moadon_storage_migrations()});
  REQUIRE(database.ok());
  storage::MemberRow row;
  row.member_id = 7;
  row.snapshot = 1;
  row.changed_us = 1;
  row.stage = 1;
  REQUIRE(storage::insert_member(**database, row).ok());
  const auto is_due = [&](int64_t day) {
    const auto due = storage::list_due_members(**database, day, 10);
    REQUIRE(due.ok());
    return !due->empty();
  };
  CHECK_FALSE(is_due(1'000'000));
  for (auto day : {&storage::MemberRow::next_stage_day, &storage::MemberRow::next_tier_day,
                   &storage::MemberRow::next_points_day}) {
    row.next_stage_day = row.next_tier_day = row.next_points_day = 900;
    row.*day = 500;
    REQUIRE(storage::update_member(**database, row).ok());
    CHECK(is_due(500));
    CHECK_FALSE(is_due(499));
    const auto kept = storage::find_member(**database, 7);
    REQUIRE(kept.ok());
    CHECK((**kept).*day == 500);
  }
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
