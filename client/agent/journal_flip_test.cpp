// A byte of the journal's file changes while nobody uses it: what is delivered, priced with and
// given away afterwards is what was written, or less.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

#include "client/agent/journal.h"
#include "client/agent/made_sales.h"
#include "client/agent/scratch_directory.h"
#include "client/agent/test_journal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr BatchLimits kMany{.count = 100, .bytes = 1 << 20};
constexpr int kEntries = 40;
constexpr int kShortFlips = 300;
constexpr int kShortLogFlips = 100;
constexpr int kLongFlips = 10'000;
constexpr int kLongLogFlips = 10'000;
constexpr int64_t kPageBytes = 4096;
const std::string kKey(kJournalKeyBytes, 'k');

// What was committed, by sequence.
using Committed = std::map<int64_t, std::string>;

NewEntry entry_of(const std::string& receipt) { return made_sale(receipt, "052-7654321"); }

absl::StatusOr<agent::Committed> commit(Journal& journal, const std::string& receipt) {
  return commit_made(journal, entry_of(receipt), 100);
}

void flip(const std::string& path, int64_t offset, char mask) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(offset);
  const char byte = static_cast<char>(file.get() ^ mask);
  file.seekp(offset);
  file.put(byte);
  REQUIRE(file.good());
}

// The journal and whatever was made of it.
void remove_all_of(const std::string& path) {
  const std::filesystem::path file(path);
  std::vector<std::filesystem::path> gone;
  for (const auto& found : std::filesystem::directory_iterator(file.parent_path())) {
    const bool is_its = found.path().filename().string().rfind(file.filename().string(), 0) == 0;
    if (is_its) gone.push_back(found.path());
  }
  for (const auto& each : gone) std::filesystem::remove(each);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// What the journal at `path` tells as it is, and of what was delivered or kept back what it sends
// when nobody knows any more that it was.
Told written_in(const std::string& path, const std::string& copy) {
  std::filesystem::copy_file(path, copy);
  Told written = told_by(*open_full(copy));
  {
    std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
    file << std::string(kPageBytes, 'x');
  }
  const Told again = told_by(*open_full(copy));
  for (const auto& [place, entry] : written.sent) {
    CHECK(again.sent.at(place).SerializeAsString() == entry.SerializeAsString());
  }
  written.sent = again.sent;
  remove_all_of(copy);
  return written;
}

using EntryPlaces = std::vector<std::pair<std::string, int64_t>>;

// Places that are not delivered.
EntryPlaces waiting_in(Journal& journal) {
  EntryPlaces places;
  for (const std::string& register_id : kFullRegisters) {
    const auto pending = journal.pending(register_id, 0, 1000).value();
    for (const v1::PendingEntry& entry : pending) {
      places.emplace_back(register_id, entry.sequence());
    }
  }
  return places;
}

// In any page alike, so that small tables are hit as often as the entries are, where it is not
// empty.
int64_t offset_in(const std::string& bytes, std::mt19937& random) {
  const auto pages = static_cast<int64_t>(bytes.size()) / kPageBytes;
  const int64_t page = std::uniform_int_distribution<int64_t>(0, pages - 1)(random);
  int64_t offset = 0;
  do {
    offset = page * kPageBytes + std::uniform_int_distribution<int64_t>(0, kPageBytes - 1)(random);
  } while (bytes[static_cast<size_t>(offset)] == 0 && random() % 16 != 0);
  return offset;
}

TEST_CASE("a journal with rows in every table has them all") {
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/journal.db";
  fill_full(path);
  const auto reader = sqlite::Connection::open(path, {.access = sqlite::Access::kReader}).value();
  for (const char* table :
       {"register", "entry", "undelivered", "program", "register_place", "hold", "offline_use",
        "right_lease", "budget_slice", "lease_turn", "provisional", "provisional_key", "clock"}) {
    CAPTURE(table);
    CHECK(reader->query_int64(std::string("SELECT count(*) FROM ") + table).value() > 0);
  }
}

TEST_CASE(
    "whatever byte of the file changes, nothing altered is delivered or priced with, no more is "
    "given than may be, and nothing is lost in silence") {
  const bool is_long = std::getenv("MOADON_LONG") != nullptr;
  const auto seed = static_cast<std::mt19937::result_type>(Catch::rngSeed());
  std::mt19937 random(seed);
  const ScratchDirectory scratch;
  const std::string whole = scratch.path() + "/whole.db";
  const std::string path = scratch.path() + "/journal.db";
  fill_full(whole);
  const std::string bytes = bytes_of(whole);
  const Told written = written_in(whole, path);
  const EntryPlaces waiting = waiting_in(*open_full(whole));
  const int flips = is_long ? kLongFlips : kShortFlips;
  for (int i = 0; i < flips; ++i) {
    remove_all_of(path);
    std::filesystem::copy_file(whole, path);
    const int64_t offset = offset_in(bytes, random);
    const auto mask = static_cast<char>(std::uniform_int_distribution<int>(1, 255)(random));
    CAPTURE(seed, offset, static_cast<int>(mask));
    flip(path, offset, mask);
    const auto journal = open_full(path);
    const Told told = told_by(*journal);
    check_told(told, written);
    const EntryPlaces waits = waiting_in(*journal);
    for (const auto& place : waiting) {
      CAPTURE(place.first, place.second);
      CHECK(std::find(waits.begin(), waits.end(), place) != waits.end());
    }
    CHECK(commit(*journal, "next").ok());
  }
  std::cout << flips << " bytes of the journal flipped, seed " << seed << '\n';
}

TEST_CASE(
    "whatever byte of the log changes, nothing altered is delivered, and only what a cut may take "
    "is lost in silence") {
  const bool is_long = std::getenv("MOADON_LONG") != nullptr;
  const auto seed = static_cast<std::mt19937::result_type>(Catch::rngSeed());
  std::mt19937 random(seed);
  const ScratchDirectory scratch;
  const std::string whole = scratch.path() + "/whole.db";
  const std::string path = scratch.path() + "/journal.db";
  REQUIRE(Journal::open(whole, kKey, [](const absl::Status&) {}).ok());
  const auto running = Journal::open(whole, kKey, [](const absl::Status&) {});
  REQUIRE(running.ok());
  Committed committed;
  std::vector<int64_t> log_ends;
  for (int64_t i = 1; i <= kEntries; ++i) {
    REQUIRE(commit(**running, std::to_string(i)).ok());
    committed[i] = entry_of(std::to_string(i)).content;
    log_ends.push_back(static_cast<int64_t>(std::filesystem::file_size(whole + "-wal")));
  }
  const int flips = is_long ? kLongLogFlips : kShortLogFlips;
  for (int i = 0; i < flips; ++i) {
    remove_all_of(path);
    for (const char* beside : {"", "-wal"})
      std::filesystem::copy_file(whole + beside, path + beside);
    const int64_t offset = std::uniform_int_distribution<int64_t>(0, log_ends.back() - 1)(random);
    const auto mask = static_cast<char>(std::uniform_int_distribution<int>(1, 255)(random));
    CAPTURE(seed, offset, static_cast<int>(mask));
    flip(path + "-wal", offset, mask);
    const auto journal = Journal::open(path, kKey, [](const absl::Status&) {});
    CAPTURE(std::string(journal.status().message()));
    REQUIRE(journal.ok());
    const auto batch = (*journal)->next_batch("R1", kMany);
    REQUIRE(batch.ok());
    const int64_t altered_count = (*journal)->backlog("R1")->altered_count;
    const bool may_be_a_cut = offset >= log_ends[kEntries - 3];
    CHECK(static_cast<int64_t>(batch->size()) + altered_count >= kEntries - (may_be_a_cut ? 2 : 0));
    for (const v1::RecordEntry& entry : *batch) {
      CHECK(entry.sale() == committed.at(entry.sequence()));
    }
    CHECK(commit(**journal, "next").ok());
  }
  std::cout << flips << " bytes of the log flipped, seed " << seed << '\n';
}

}  // namespace
}  // namespace moadon::agent
