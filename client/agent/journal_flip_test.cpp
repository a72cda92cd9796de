// A byte of the journal's file changes while nobody uses it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
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
constexpr int kShortLogFlips = 100;
constexpr int kLongFlips = 10'000;
constexpr int kLongLogFlips = 2'000;  // most of them are salvaged, which takes its time
const std::string kKey(kJournalKeyBytes, 'k');

// What was committed, by sequence.
using Committed = std::map<int64_t, std::string>;

std::string content_of(const std::string& receipt) {
  v1::Sale sale;
  sale.set_receipt(receipt);
  sale.mutable_key()->set_phone("052-7654321");
  return sale.SerializeAsString();
}

absl::StatusOr<agent::Committed> commit(Journal& journal, const std::string& receipt) {
  NewEntry entry;
  entry.register_id = "R1";
  entry.receipt = receipt;
  entry.content = content_of(receipt);
  return journal.commit(entry, [](const KnownSale*) -> absl::StatusOr<Amounts> {
    return Amounts{.amount_minor = 100};
  });
}

Committed fill(const std::string& path) {
  const auto journal = Journal::open(path, kKey, [](const absl::Status&) {});
  REQUIRE(journal.ok());
  Committed committed;
  for (int i = 0; i < kEntries; ++i) {
    const auto done = commit(**journal, std::to_string(i));
    REQUIRE(done.ok());
    committed[done->sequence] = content_of(std::to_string(i));
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
  for (int i = 0; i < (is_long ? kLongFlips : kShortFlips); ++i) {
    remove_all_of(path);
    std::filesystem::copy_file(whole, path);
    const int64_t offset = std::uniform_int_distribution<int64_t>(0, size - 1)(random);
    const auto mask = static_cast<char>(std::uniform_int_distribution<int>(1, 255)(random));
    CAPTURE(seed, offset, static_cast<int>(mask));
    flip(path, offset, mask);
    const auto journal = Journal::open(path, kKey, [](const absl::Status&) {});
    CAPTURE(std::string(journal.status().message()));
    REQUIRE(journal.ok());
    const auto batch = (*journal)->next_batch("R1", kMany);
    REQUIRE(batch.ok());
    const auto backlog = (*journal)->backlog("R1");
    REQUIRE(backlog.ok());
    // None is lost in silence; an entry that moved is set aside in both places.
    CHECK(static_cast<int64_t>(batch->size()) + backlog->altered_count >= kEntries);
    for (const v1::RecordEntry& entry : *batch) {
      const auto found = committed.find(entry.sequence());
      REQUIRE(found != committed.end());
      CHECK(entry.sale() == found->second);
    }
    CHECK(commit(**journal, "next").ok());
  }
  std::cout << "the journal's bytes flipped, seed " << seed << '\n';
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
    committed[i] = content_of(std::to_string(i));
    log_ends.push_back(static_cast<int64_t>(std::filesystem::file_size(whole + "-wal")));
  }
  for (int i = 0; i < (is_long ? kLongLogFlips : kShortLogFlips); ++i) {
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
  std::cout << "the log's bytes flipped, seed " << seed << '\n';
}

}  // namespace
}  // namespace moadon::agent
