#include "sqlite/reader_pool.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "sqlite/test_files.h"
#include "tests/catch.h"

namespace moadon::sqlite {
namespace {

constexpr Sql kCount{"SELECT count(*) FROM item"};

int64_t count(Connection& connection) {
  Statement counting = connection.statement(kCount);
  REQUIRE(counting.step().value());
  return counting.int64(0);
}

struct Fixture {
  Fixture() {
    writer = Connection::open(directory.file("a.db"), {.busy_timeout_ms = 1}).value();
    REQUIRE(writer->exec("CREATE TABLE item (id INTEGER PRIMARY KEY) STRICT").ok());
  }
  void insert() { REQUIRE(writer->exec("INSERT INTO item DEFAULT VALUES").ok()); }

  TestDirectory directory;
  std::unique_ptr<Connection> writer;
};

TEST_CASE("a lease sees each commit at once, a snapshot stays as it was") {
  Fixture fixture;
  auto pool = ReaderPool::open(fixture.directory.file("a.db"), 2).value();
  ReaderLease newest = pool->lease();
  auto snapshot = pool->lease_snapshot();
  REQUIRE(snapshot.ok());
  CHECK(count(**snapshot) == 0);
  fixture.insert();
  CHECK(count(*newest) == 1);
  CHECK(count(**snapshot) == 0);
}

TEST_CASE("a lease that ends lets its snapshot go") {
  Fixture fixture;
  auto pool = ReaderPool::open(fixture.directory.file("a.db"), 1).value();
  {
    auto snapshot = pool->lease_snapshot();
    CHECK(count(**snapshot) == 0);
    fixture.insert();
  }
  REQUIRE(fixture.writer->checkpoint(Checkpoint::kTruncate).ok());
  CHECK(std::filesystem::file_size(fixture.directory.file("a.db-wal")) == 0);
  CHECK(count(*pool->lease()) == 1);
}

TEST_CASE("whoever finds all readers lent waits for one") {
  Fixture fixture;
  auto pool = ReaderPool::open(fixture.directory.file("a.db"), 1).value();
  std::atomic<bool> returned = false;
  std::atomic<bool> came_too_early = false;
  std::thread waiting;
  {
    ReaderLease first = pool->lease();
    waiting = std::thread([&] {
      ReaderLease second = pool->lease();
      came_too_early = !returned;
    });
    count(*first);
    returned = true;
  }
  waiting.join();
  CHECK_FALSE(came_too_early);
}

TEST_CASE("several readers are lent together or not at all") {
  Fixture fixture;
  auto pool = ReaderPool::open(fixture.directory.file("a.db"), 3).value();
  CHECK_FALSE(pool->lease_snapshots(0).ok());
  CHECK_FALSE(pool->lease_snapshots(4).ok());
  std::atomic<int> scans = 0;
  std::vector<std::thread> threads;
  // Two of three at a time: were they taken one by one, two threads would soon hold one each.
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        auto readers = pool->lease_snapshots(2);
        if (!readers.ok() || readers->size() != 2) return;
        ReaderLease other = std::move(readers->back());
        if (&*other != &*readers->front()) ++scans;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(scans == 800);
  CHECK(pool->lease_snapshots(3).value().size() == 3);
}

TEST_CASE("readers and the writer work side by side") {
  Fixture fixture;
  auto pool = ReaderPool::open(fixture.directory.file("a.db"), 2).value();
  std::vector<std::thread> threads;
  std::atomic<bool> went_back = false;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      int64_t before = 0;
      for (int round = 0; round < 200; ++round) {
        ReaderLease reader = pool->lease();
        Statement counting = reader->statement(kCount);
        if (!counting.step().value_or(false)) went_back = true;
        const int64_t now = counting.int64(0);
        went_back = went_back || now < before;
        before = now;
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    fixture.insert();
    REQUIRE(fixture.writer->checkpoint(Checkpoint::kPassive).ok());
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(went_back);
}

TEST_CASE("a pool needs a database and at least one reader") {
  TestDirectory directory;
  CHECK_FALSE(ReaderPool::open(directory.file("none.db"), 1).ok());
  Fixture fixture;
  CHECK_FALSE(ReaderPool::open(fixture.directory.file("a.db"), 0).ok());
}

}  // namespace
}  // namespace moadon::sqlite
