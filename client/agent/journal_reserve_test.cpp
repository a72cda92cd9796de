#include "client/agent/journal_reserve.h"

#include <filesystem>

#include "client/agent/journal.h"
#include "client/agent/scratch_directory.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr int64_t kLimit = 100 * kMebibyte;
constexpr int64_t kEntry = 4'000;
constexpr int64_t kHuge = int64_t{1} << 58;  // bytes; more than any disk has
constexpr int64_t kNoLimit = int64_t{1} << 60;

std::string reserve_path(const ScratchDirectory& directory) {
  return directory.path() + "/journal.reserve";
}

TEST_CASE("a journal that reaches its size goes on in the reserve until that is used up too") {
  ScratchDirectory directory;
  JournalReserve reserve(reserve_path(directory), kLimit);
  reserve.refill(0);
  REQUIRE_FALSE(reserve.is_used());
  REQUIRE(std::filesystem::file_size(reserve_path(directory)) == kReserveBytes);

  CHECK(reserve.make_room(kLimit - kEntry, kEntry).ok());
  CHECK_FALSE(reserve.is_used());
  CHECK(reserve.make_room(kLimit - kEntry + 1, kEntry).ok());
  CHECK(reserve.is_used());
  CHECK_FALSE(std::filesystem::exists(reserve_path(directory)));
  CHECK(reserve.make_room(kLimit + kReserveBytes - kEntry, kEntry).ok());
  const absl::Status full = reserve.make_room(kLimit + kReserveBytes - kEntry + 1, kEntry);
  CHECK(reason_of(full) == v1::REASON_JOURNAL_FULL);
  CHECK(detail_of(full).values().at("limit") == std::to_string(kLimit));
}

TEST_CASE("a reserve that was used is put by again once the journal is below its size") {
  ScratchDirectory directory;
  JournalReserve reserve(reserve_path(directory), kLimit);
  reserve.refill(0);
  REQUIRE(reserve.make_room(kLimit, kEntry).ok());
  REQUIRE(reserve.is_used());
  reserve.refill(kLimit);
  CHECK(reserve.is_used());
  reserve.refill(kLimit - 1);
  CHECK_FALSE(reserve.is_used());
  CHECK(std::filesystem::file_size(reserve_path(directory)) == kReserveBytes);
  reserve.refill(0);
  CHECK_FALSE(reserve.is_used());
}

TEST_CASE("a reserve that is there at the start is there, whatever room the disk has") {
  ScratchDirectory directory;
  CHECK(JournalReserve(reserve_path(directory), kNoLimit).is_used());
  JournalReserve(reserve_path(directory), kNoLimit).refill(0);
  JournalReserve reserve(reserve_path(directory), kNoLimit);
  CHECK_FALSE(reserve.is_used());
  CHECK(reserve.make_room(0, kEntry).ok());
  CHECK_FALSE(reserve.is_used());
  // No disk has room for this: the reserve is given away first.
  CHECK(reason_of(reserve.make_room(0, kHuge)) == v1::REASON_JOURNAL_FULL);
  CHECK(reserve.is_used());
  CHECK_FALSE(std::filesystem::exists(reserve_path(directory)));
}

TEST_CASE("a journal that is over its size at the start has the reserve") {
  ScratchDirectory directory;
  JournalReserve(reserve_path(directory), kLimit).refill(0);
  JournalReserve reserve(reserve_path(directory), kLimit);
  reserve.refill(kLimit);
  CHECK(reserve.is_used());
  CHECK_FALSE(std::filesystem::exists(reserve_path(directory)));
}

TEST_CASE("part of a reserve is none, and goes before an entry is refused") {
  ScratchDirectory directory;
  JournalReserve(reserve_path(directory), kNoLimit).refill(0);
  std::filesystem::resize_file(reserve_path(directory), kReserveBytes / 2);
  JournalReserve reserve(reserve_path(directory), kNoLimit);
  CHECK(reserve.is_used());
  CHECK(reserve.make_room(0, kEntry).ok());
  CHECK(std::filesystem::exists(reserve_path(directory)));
  CHECK_FALSE(reserve.make_room(0, kHuge).ok());
  CHECK_FALSE(std::filesystem::exists(reserve_path(directory)));
}

TEST_CASE("what the log still has to be copied counts as taken") {
  ScratchDirectory directory;
  JournalReserve reserve(reserve_path(directory), kNoLimit);
  reserve.refill(0);
  reserve.keep_margin();
  CHECK_FALSE(reserve.is_used());
  CHECK(reserve.has_spare(kEntry));
  CHECK_FALSE(reserve.has_spare(kHuge));
  reserve.note_log_growth(kHuge);
  CHECK_FALSE(reserve.has_spare(kEntry));
  CHECK(reserve.keep_margin());
  CHECK(reserve.is_used());
  CHECK(reason_of(reserve.make_room(0, kEntry)) == v1::REASON_JOURNAL_FULL);
  reserve.note_log_growth(0);
  CHECK(reserve.make_room(0, kEntry).ok());
  reserve.refill(0);
  CHECK_FALSE(reserve.is_used());
}

TEST_CASE("a journal without room stores nothing new and still answers what it stored") {
  ScratchDirectory directory;
  JournalReserve reserve(reserve_path(directory), /*journal_limit_bytes=*/150'000,
                         /*reserve_bytes=*/50'000);
  reserve.refill(0);
  const auto journal = Journal::open(
                           directory.path() + "/journal.db", std::string(32, 'k'),
                           [](const absl::Status&) {}, &reserve)
                           .value();
  const auto one = [](const KnownSale*) -> absl::StatusOr<Amounts> {
    return Amounts{.amount_minor = 1};
  };
  NewEntry entry;
  entry.register_id = "R1";
  absl::Status last;
  int stored = 0;
  for (; stored < 100; ++stored) {
    entry.receipt = std::to_string(stored);
    v1::Sale sale;
    sale.set_receipt(entry.receipt);
    sale.set_cashier(std::string(kEntry, 'x'));
    entry.content = sale.SerializeAsString();
    last = journal->commit(entry, one).status();
    if (!last.ok()) break;
  }
  CHECK(reason_of(last) == v1::REASON_JOURNAL_FULL);
  REQUIRE(stored > 5);
  CHECK(journal->backlog("R1")->count == stored);
  CHECK(reserve.is_used());

  v1::Sale first;
  first.set_receipt("0");
  first.set_cashier(std::string(kEntry, 'x'));
  entry.receipt = "0";
  entry.content = first.SerializeAsString();
  CHECK(journal->commit(entry, one)->sequence == 1);

  // What was delivered and forgotten makes room for what comes.
  std::vector<Settlement> delivered;
  for (int64_t sequence = 1; sequence <= stored; ++sequence) {
    delivered.push_back({.sequence = sequence, .refusal = {}});
  }
  REQUIRE(journal->settle("R1", delivered, 0).ok());
  REQUIRE(journal->prune(/*before_us=*/1, /*limit=*/1'000).ok());
  entry.receipt = "new";
  CHECK(journal->commit(entry, one).ok());
}

}  // namespace
}  // namespace moadon::agent
