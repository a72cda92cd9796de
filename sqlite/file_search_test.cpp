#include "sqlite/file_search.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sqlite/test_files.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

constexpr Sql kInsert{"INSERT INTO person (id, name) VALUES ($1, $2)"};

struct Fixture {
  Fixture() {
    auto opened = Connection::open(path, {});
    REQUIRE(opened.ok());
    connection = *std::move(opened);
    REQUIRE(
        connection->exec("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT) STRICT").ok());
  }

  void insert(int64_t id, const std::string& name) const {
    Statement inserting = connection->statement(kInsert);
    inserting.bind_all(id, name);
    REQUIRE(inserting.execute().ok());
  }
  std::vector<bool> find(const std::vector<std::string>& texts) const {
    return find_in_file(*connection, texts).value();
  }

  TestDirectory directory;
  const std::string path = directory.file("club.db");
  std::unique_ptr<Connection> connection;
};

}  // namespace

TEST_CASE("A text is found wherever it stands, once it is in the file") {
  Fixture club;
  club.insert(1, "Miriam Katz-Toledano");
  CHECK(club.find({"Toledano"}) == std::vector<bool>{false});  // in the WAL only
  REQUIRE(club.connection->empty_wal().value());
  CHECK(club.find({"Toledano", "Katz-Toledano", "Toledana", "Tol", "dano"}) ==
        std::vector<bool>{true, true, false, false, true});
}

TEST_CASE("A text across the border of two blocks is found") {
  Fixture club;
  // Rows of 1000 bytes, so that their ends lie everywhere in the blocks and in between.
  std::vector<std::string> names;
  for (int64_t i = 0; i < 4000; ++i) {
    names.push_back(absl::StrCat("<name ", i, ">", std::string(1000, 'x'), "<end ", i, ">"));
    club.insert(i + 1, names.back());
  }
  REQUIRE(club.connection->empty_wal().value());
  REQUIRE(std::filesystem::file_size(club.path) > (size_t{3} << 20));
  std::vector<std::string> ends;
  for (int64_t i = 0; i < 4000; ++i) ends.push_back(absl::StrCat("xx<end ", i, ">"));
  const std::vector<bool> found = club.find(ends);
  CHECK(std::count(found.begin(), found.end(), true) == 4000);
}

TEST_CASE("A reader that needs the WAL keeps it from being emptied") {
  Fixture club;
  club.insert(1, "Miriam");
  auto reader = Connection::open(club.path, {.access = Access::kReader});
  REQUIRE(reader.ok());
  REQUIRE((*reader)->exec("BEGIN").ok());
  REQUIRE((*reader)->query_int64("SELECT count(*) FROM person").value() == 1);
  club.insert(2, "Yael");
  club.connection->set_busy_timeout(10);
  CHECK(club.connection->empty_wal().value() == false);
  (*reader)->abandon_transaction();
  CHECK(club.connection->empty_wal().value());
  CHECK(std::filesystem::file_size(club.path + "-wal") == 0);
}

TEST_CASE("A file that is written anew holds what is in the tables and nothing else") {
  Fixture club;
  REQUIRE(club.connection->exec("PRAGMA secure_delete = OFF").ok());
  club.insert(1, "Miriam Katz");
  club.insert(2, "Yael Levi");
  REQUIRE(club.connection->exec("DELETE FROM person WHERE id = 1").ok());
  REQUIRE(club.connection->empty_wal().value());
  REQUIRE(club.find({"Miriam Katz"}) == std::vector<bool>{true});
  REQUIRE(club.connection->rewrite_file().ok());
  REQUIRE(club.connection->empty_wal().value());
  CHECK(club.find({"Miriam Katz", "Yael Levi"}) == std::vector<bool>{false, true});
}

TEST_CASE("What is deleted is overwritten") {
  Fixture club;
  club.insert(1, "Miriam Katz");
  club.insert(2, "Yael Levi");
  REQUIRE(club.connection->exec("DELETE FROM person WHERE id = 1").ok());
  REQUIRE(club.connection->empty_wal().value());
  CHECK(club.find({"Miriam Katz", "Yael Levi"}) == std::vector<bool>{false, true});
}

}  // namespace moadon::sqlite
