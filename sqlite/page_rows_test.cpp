#include "sqlite/page_rows.h"

#include <fstream>
#include <map>

#include "sqlite/connection.h"
#include "sqlite/migrations.h"
#include "sqlite/schema_text.h"
#include "sqlite/test_files.h"
#include "sqlite/wal_file.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

constexpr size_t kPageBytes = 4096;
constexpr PageRowForm kThree{.min_columns = 3, .max_columns = 3};

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::unique_ptr<Connection> make_table(const std::string& path) {
  auto connection = Connection::open(path);
  REQUIRE(connection.ok());
  REQUIRE((*connection)
              ->exec("CREATE TABLE t (id INTEGER PRIMARY KEY, number INTEGER, bytes BLOB) STRICT")
              .ok());
  return *std::move(connection);
}

// The last row found under each id.
std::map<int64_t, PageRow> rows_in(const std::string& bytes) {
  std::map<int64_t, PageRow> rows;
  const auto page = [&](uint32_t number) {
    return absl::string_view(bytes).substr((number - 1) * kPageBytes, kPageBytes);
  };
  for (uint32_t number = 1; number * kPageBytes <= bytes.size(); ++number) {
    for_each_row(page(number), kThree, page, [&](PageRow row) {
      rows[row.row_id] = row;
      return RowVerdict::kMayBeChance;
    });
  }
  return rows;
}

TEST_CASE("rows of every size and number are found in the pages of a file") {
  const TestDirectory directory;
  const std::string path = directory.file("a.db");
  const auto connection = make_table(path);
  const std::vector<int64_t> numbers = {
      0, 1, -1, 127, -129, 32767, -40000, 1 << 23, -1 << 25, 1 << 30, INT64_MAX, INT64_MIN, 300};
  const std::vector<size_t> sizes = {0,    1,    57,   58,      489, 490, 4000,
                                     4061, 4062, 9000, 100'000, 3,   70};
  constexpr Sql kInsert{"INSERT INTO t VALUES ($1, $2, $3)"};
  for (size_t i = 0; i < numbers.size(); ++i) {
    Statement insert = connection->statement(kInsert);
    insert.bind_all(static_cast<int64_t>(i + 1), numbers[i],
                    Blob{std::string(sizes[i], static_cast<char>('a' + i))});
    REQUIRE(insert.execute().ok());
  }
  REQUIRE(connection->exec("INSERT INTO t VALUES (1000000, NULL, NULL)").ok());
  REQUIRE(connection->empty_wal().value());
  const auto rows = rows_in(bytes_of(path));
  for (size_t i = 0; i < numbers.size(); ++i) {
    CAPTURE(i);
    const auto found = rows.find(static_cast<int64_t>(i + 1));
    REQUIRE(found != rows.end());
    CHECK(std::get<int64_t>(found->second.values[1]) == numbers[i]);
    CHECK(std::get<std::string>(found->second.values[2]) ==
          std::string(sizes[i], static_cast<char>('a' + i)));
  }
  REQUIRE(rows.contains(1'000'000));
  CHECK(rows.at(1'000'000).values[1].index() == 0);
}

TEST_CASE("what is no page gives no rows and ends") {
  std::string noise;
  uint32_t state = 7;
  for (size_t i = 0; i < 64 * kPageBytes; ++i) {
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  }
  CHECK(rows_in(noise).size() < 64);  // by chance; a row says its own length
  CHECK(rows_in(std::string(kPageBytes, '\xff')).empty());
  CHECK(rows_in(std::string(kPageBytes, '\0')).empty());
}

TEST_CASE("a log tells what SQLite takes of it, and whether that is all that was durable") {
  const TestDirectory directory;
  const std::string path = directory.file("a.db");
  const std::string log_path = path + "-wal";
  CHECK(read_wal(log_path)->frames.empty());
  const auto connection = make_table(path);
  std::vector<size_t> counts;  // of frames after each transaction
  for (int i = 0; i < 5; ++i) {
    REQUIRE(connection->exec("INSERT INTO t VALUES (NULL, 1, zeroblob(9000))").ok());
    counts.push_back(read_wal(log_path)->committed_count);
  }
  const std::string whole = bytes_of(log_path);
  const auto read = [&](const std::string& bytes) {
    std::ofstream(log_path + ".copy", std::ios::binary | std::ios::trunc) << bytes;
    return read_wal(log_path + ".copy").value();
  };
  const size_t frame_bytes = kWalFrameHeaderBytes + kPageBytes;
  CHECK_FALSE(read(whole).is_damaged);
  CHECK(read(whole).frames.size() == counts[4]);
  // A cut is none.
  for (size_t cut = 0; cut < whole.size(); cut += 1'000) {
    const WalFrames frames = read(whole.substr(0, cut));
    CHECK_FALSE(frames.is_damaged);
    CHECK(frames.committed_count <= cut / frame_bytes);
  }
  // A change is, unless it may be one.
  for (size_t frame = 0; frame < counts[4]; ++frame) {
    std::string changed = whole;
    changed[kWalHeaderBytes + frame * frame_bytes + 100] ^= 1;
    const WalFrames frames = read(changed);
    CAPTURE(frame, counts[2], counts[3]);
    CHECK(frames.committed_count <= frame);
    CHECK(frames.is_damaged == (frame < counts[3] - 1));
  }
  std::string changed = whole;
  changed[3] ^= 4;
  CHECK(read(changed).is_damaged);
  CHECK(read(changed).committed_count == 0);
}

TEST_CASE("the tables of a file are those of the migrations, or are not") {
  const Migration migrations[] = {
      {1, "0001_a", "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT) STRICT"},
      {2, "0002_b", "ALTER TABLE a ADD COLUMN c INTEGER; CREATE INDEX a_by_b ON a (b)"}};
  const Schema schema{.application_id = 7, .migrations = migrations};
  const TestDirectory directory;
  const auto connection = open_migrated(directory.file("a.db"), schema);
  REQUIRE(connection.ok());
  CHECK(has_tables_of(**connection, schema).value());
  REQUIRE((*connection)->exec("PRAGMA user_version = 9").ok());
  CHECK(has_tables_of(**connection, schema).value());
  REQUIRE((*connection)->exec("DROP INDEX a_by_b").ok());
  CHECK_FALSE(has_tables_of(**connection, schema).value());
  REQUIRE((*connection)->exec("CREATE  INDEX \"a_by_b\" ON a (b)").ok());
  CHECK(has_tables_of(**connection, schema).value());
}

}  // namespace
}  // namespace moadon::sqlite
