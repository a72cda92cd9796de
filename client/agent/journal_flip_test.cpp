// A byte of the journal's file changes while nobody uses it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "client/agent/journal.h"
#include "client/agent/scratch_directory.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr BatchLimits kMany{.count = 100, .bytes = 1 << 20};
constexpr int kEntries = 40;
constexpr int kShortFlips = 300;
constexpr int kLongFlips = 10'000;
const std::string kKey(kJournalKeyBytes, 'k');

// What was committed, by sequence.
using Committed = std::map<int64_t, std::string>;

Committed fill(const std::string& path) {
  const auto journal = Journal::open(path, kKey, [](const absl::Status&) {});
  REQUIRE(journal.ok());
  Committed committed;
  for (int i = 0; i < kEntries; ++i) {
    v1::Sale sale;
    sale.set_receipt(std::to_string(i));
    sale.mutable_key()->set_phone("052-7654321");
    NewEntry entry;
    entry.register_id = "R1";
    entry.receipt = sale.receipt();
    entry.content = sale.SerializeAsString();
    const auto done = (*journal)->commit(entry, [](const KnownSale*) -> absl::StatusOr<Amounts> {
      return Amounts{.amount_minor = 100};
    });
    REQUIRE(done.ok());
    committed[done->sequence] = entry.content;
  }
  return committed;
}

void flip(const std::string& path, int64_t offset, char mask) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(offset);
  const char byte = static_cast<char>(file.get() ^ mask);
  file.seekp(offset);
  file.put(byte);
  REQUIRE(file.good());
}

TEST_CASE(
    "whatever byte of the file changes, nothing altered is delivered and nothing is lost in "
    "silence") {
  const bool is_long = std::getenv("MOADON_LONG") != nullptr;
  const auto seed = static_cast<std::mt19937::result_type>(Catch::rngSeed());
  std::mt19937 random(seed);
  const ScratchDirectory scratch;
  const std::string whole = scratch.path() + "/whole.db";
  const std::string path = scratch.path() + "/journal.db";
  const Committed committed = fill(whole);
  const auto size = static_cast<int64_t>(std::filesystem::file_size(whole));
  int opened_count = 0;
  for (int i = 0; i < (is_long ? kLongFlips : kShortFlips); ++i) {
    std::filesystem::copy_file(whole, path, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::remove(path + "-wal");
    std::filesystem::remove(path + "-shm");
    const int64_t offset = std::uniform_int_distribution<int64_t>(0, size - 1)(random);
    const auto mask = static_cast<char>(std::uniform_int_distribution<int>(1, 255)(random));
    CAPTURE(seed, offset, static_cast<int>(mask));
    flip(path, offset, mask);
    const auto journal = Journal::open(path, kKey, [](const absl::Status&) {});
    if (!journal.ok()) continue;  // SQLite finds the file malformed, and nothing is made of it
    ++opened_count;
    const auto batch = (*journal)->next_batch("R1", kMany);
    if (!batch.ok()) continue;
    const auto backlog = (*journal)->backlog("R1");
    if (!backlog.ok()) continue;
    // None is lost in silence; an entry that moved is set aside in both places.
    CHECK(static_cast<int64_t>(batch->size()) + backlog->altered_count >= kEntries);
    for (const v1::RecordEntry& entry : *batch) {
      const auto found = committed.find(entry.sequence());
      REQUIRE(found != committed.end());
      CHECK(entry.sale() == found->second);
    }
  }
  CHECK(opened_count > 0);
}

}  // namespace
}  // namespace moadon::agent
