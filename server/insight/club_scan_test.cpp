#include "server/insight/club_scan.h"

#include <atomic>
#include <numeric>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/operations/test_club.h"
#include "server/storage/member_scan.h"
#include "tests/catch.h"

namespace moadon {
namespace {

void enroll(TestClub& club, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    club.enroll(absl::StrCat("card", i), "2026-02-01T10:00:00Z");
  }
}

absl::StatusOr<int64_t> count_range(sqlite::Connection& connection, const IdRange& range) {
  storage::MemberScan members(connection, range.after_id, range.until_id);
  storage::ScannedMember member;
  int64_t count = 0;
  while (true) {
    const absl::StatusOr<bool> more = members.next(member);
    if (!more.ok()) return more.status();
    if (!*more) return count;
    ++count;
  }
}

std::vector<int64_t> count_all(ClubScan& scan) {
  std::vector<int64_t> counts(scan.ranges().size());
  const absl::Status counted = scan.run([&](sqlite::Connection& connection, size_t i) {
    const absl::StatusOr<int64_t> count = count_range(connection, scan.ranges()[i]);
    if (count.ok()) counts[i] = *count;
    return count.status();
  });
  REQUIRE(counted.ok());
  return counts;
}

int64_t sum(const std::vector<int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

TEST_CASE("a scan of an empty club has one range and nobody in it") {
  TestClub club;
  ClubScan scan = ClubScan::open(club.club()).value();
  CHECK(scan.ranges().size() == 1);
  CHECK(sum(count_all(scan)) == 0);
}

TEST_CASE("ranges hold every member once, about as many each") {
  TestClub club;
  // Two crowds: ids follow the time of their making, so half of them lie far from the others.
  enroll(club, 0, 120);
  club.clock().set(us("2029-01-01T00:00:00Z"));
  enroll(club, 120, 120);
  ClubScan scan = ClubScan::open(club.club()).value();
  REQUIRE(scan.ranges().size() == kScanRanges);
  CHECK(scan.ranges().front().after_id == 0);
  for (size_t i = 1; i < scan.ranges().size(); ++i) {
    CHECK(scan.ranges()[i].after_id == scan.ranges()[i - 1].until_id);
  }
  const std::vector<int64_t> counts = count_all(scan);
  CHECK(sum(counts) == 240);
  for (const int64_t count : counts) CHECK(count == 240 / kScanRanges);
}

TEST_CASE("all readers of a scan stay at the commit it was opened at") {
  TestClub club;
  enroll(club, 0, 100);
  ClubScan scan = ClubScan::open(club.club()).value();
  enroll(club, 100, 50);
  CHECK(sum(count_all(scan)) == 100);
}

TEST_CASE("scans beside a busy writer see one commit on every reader") {
  TestClub club;
  enroll(club, 0, 30);
  std::atomic<bool> ended = false;
  std::thread writer([&] {
    for (int i = 30; i < 400 && !ended; ++i) enroll(club, i, 1);
  });
  for (int round = 0; round < 20; ++round) {
    ClubScan scan = ClubScan::open(club.club()).value();
    // Every reader counts the whole club.
    std::vector<int64_t> counts(scan.ranges().size());
    const IdRange all{0, scan.ranges().back().until_id};
    const absl::Status counted = scan.run([&](sqlite::Connection& connection, size_t i) {
      const absl::StatusOr<int64_t> count = count_range(connection, all);
      if (count.ok()) counts[i] = *count;
      return count.status();
    });
    REQUIRE(counted.ok());
    for (const int64_t count : counts) CHECK(count == counts.front());
  }
  ended = true;
  writer.join();
}

TEST_CASE("two scans at once both come to their end") {
  TestClub club;
  enroll(club, 0, 50);
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        absl::StatusOr<ClubScan> scan = ClubScan::open(club.club());
        if (scan.ok() && sum(count_all(*scan)) == 50) ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(done == 40);
}

TEST_CASE("a scan ends with the first refusal, thrown ones as faults of ours") {
  TestClub club;
  enroll(club, 0, 100);
  ClubScan scan = ClubScan::open(club.club()).value();
  const absl::Status refused = scan.run([](sqlite::Connection&, size_t i) {
    return i == 3 ? absl::NotFoundError("third") : absl::OkStatus();
  });
  CHECK(refused.code() == absl::StatusCode::kNotFound);
  const absl::Status thrown = scan.run(
      [](sqlite::Connection&, size_t) -> absl::Status { throw std::runtime_error("broken"); });
  CHECK(thrown.code() == absl::StatusCode::kInternal);
}

TEST_CASE("purchase days and origins are read beside the members they belong to") {
  TestClub club;
  enroll(club, 0, 3);
  for (const char* card : {"card0", "card2"}) {
    for (const char* day : {"2026-03-01", "2026-03-05"}) {
      club.record("r1",
                  sale(absl::StrCat(card, day), absl::StrCat(day, "T10:00:00Z"), card, {{"a"}}));
    }
  }
  ClubScan scan = ClubScan::open(club.club()).value();
  const int64_t last = scan.ranges().back().until_id;
  storage::MemberScan members(scan.connection(), 0, last);
  storage::DayReader reader(scan.connection(), 0, last);
  storage::ScannedMember member;
  std::vector<size_t> counts;
  std::vector<storage::MemberDay> days;
  while (members.next(member).value()) {
    days.clear();
    REQUIRE(reader.read_until(member.member_id, days).ok());
    counts.push_back(days.size());
    CHECK(static_cast<int64_t>(days.size()) == member.purchase_days);
    if (days.size() == 2) CHECK(days[0].day + 4 == days[1].day);
  }
  CHECK(counts == std::vector<size_t>{2, 0, 2});
}

}  // namespace
}  // namespace moadon
