// The journal's log ends in the middle of what was written last.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "client/agent/journal.h"
#include "client/agent/made_sales.h"
#include "client/agent/scratch_directory.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

namespace fs = std::filesystem;

constexpr BatchLimits kMany{.count = 100, .bytes = 1 << 20};
constexpr int kEntries = 8;
constexpr int kOlderEntries = 2 * kEntries;  // in the file already
constexpr int kCutTransactions = 3;
constexpr int kShortCuts = 250;
// Cuts on each side of a frame's end that the short form makes, too.
constexpr int64_t kBesideBytes = 1;
constexpr int64_t kLogHeaderBytes = 32;
constexpr int64_t kFrameBytes = 24 + 4096;
const std::string kKey(kJournalKeyBytes, 'k');

NewEntry entry_of(int64_t number) { return made_sale(std::to_string(number), "052-7654321"); }

absl::StatusOr<Committed> commit(Journal& journal, int64_t number) {
  return commit_made(journal, entry_of(number), 100);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  REQUIRE(file.good());
}

// A journal as a crash leaves it, and how long its log was after each entry.
struct Crashed {
  std::string file;
  std::string log;
  std::string older_log;  // whose frames stood in the file before: true ones, of another age
  std::vector<int64_t> log_ends;
};

// The log of the entries before, as it stood in the file that the next one is written over.
std::string older_log_of(const std::string& path) {
  const auto journal = Journal::open(path, kKey, [](const absl::Status&) {});
  REQUIRE(journal.ok());
  for (int number = 1; number <= kOlderEntries; ++number) {
    REQUIRE(commit(**journal, number).ok());
  }
  return bytes_of(path + "-wal");
}

Crashed crashed_journal(const std::string& path) {
  // What made the tables is not in the log any more.
  REQUIRE(Journal::open(path, kKey, [](const absl::Status&) {}).ok());
  REQUIRE(fs::file_size(path + "-wal") == 0);
  Crashed crashed;
  crashed.older_log = older_log_of(path);
  REQUIRE(fs::file_size(path + "-wal") == 0);
  const auto journal = Journal::open(path, kKey, [](const absl::Status&) {});
  REQUIRE(journal.ok());
  for (int number = 1; number <= kEntries; ++number) {
    REQUIRE(commit(**journal, kOlderEntries + number).ok());
    crashed.log_ends.push_back(static_cast<int64_t>(fs::file_size(path + "-wal")));
    const bool has_grown = number == 1 || crashed.log_ends.end()[-1] > crashed.log_ends.end()[-2];
    REQUIRE(has_grown);
  }
  crashed.file = bytes_of(path);
  crashed.log = bytes_of(path + "-wal");
  REQUIRE(crashed.older_log.size() >= crashed.log.size());
  return crashed;
}

// How many entries were whole when the log had so many bytes.
int64_t committed_by(const Crashed& crashed, int64_t cut) {
  return std::count_if(crashed.log_ends.begin(), crashed.log_ends.end(),
                       [&](int64_t end) { return end <= cut; });
}

// How far the log is as it was written: what stood behind the cut may be the same there.
int64_t whole_bytes(const Crashed& crashed, int64_t cut, const std::string& rest) {
  const auto same =
      std::mismatch(rest.begin(), rest.end(), crashed.log.begin() + cut, crashed.log.end()).first;
  return cut + (same - rest.begin());
}

void check_cut(const std::string& path, const Crashed& crashed, int64_t cut,
               const std::string& rest) {
  const int64_t expected = kOlderEntries + committed_by(crashed, whole_bytes(crashed, cut, rest));
  fs::remove(path + "-shm");
  write_bytes(path, crashed.file);
  write_bytes(path + "-wal", crashed.log.substr(0, static_cast<size_t>(cut)) + rest);
  const auto journal = Journal::open(path, kKey, [](const absl::Status&) {});
  REQUIRE(journal.ok());
  const auto batch = (*journal)->next_batch("R1", kMany);
  REQUIRE(batch.ok());
  REQUIRE(static_cast<int64_t>(batch->size()) == expected);
  for (const v1::RecordEntry& entry : *batch) {
    REQUIRE(entry.sale() == entry_of(entry.sequence()).content);
  }
  REQUIRE((*journal)->backlog("R1")->altered_count == 0);
  REQUIRE(commit(**journal, expected + 1)->sequence == expected + 1);
  REQUIRE((*journal)->next_batch("R1", kMany)->size() == static_cast<size_t>(expected + 1));
}

constexpr uint32_t kRestKinds = 4;

// What a disk may hold after the cut: nothing, zeros, anything, or what stood there in an older
// log.
std::string rest_after(const Crashed& crashed, int64_t cut, uint32_t kind) {
  const auto bytes = static_cast<size_t>(static_cast<int64_t>(crashed.log.size()) - cut);
  if (kind == 0) return "";
  if (kind == kRestKinds - 1) return crashed.older_log.substr(static_cast<size_t>(cut), bytes);
  return std::string(bytes, kind == 1 ? '\0' : '\xa5');
}

TEST_CASE("a log that is cut anywhere in its last three transactions keeps the committed ones") {
  const auto seed = static_cast<std::mt19937::result_type>(Catch::rngSeed());
  std::mt19937 random(seed);
  const bool is_long = std::getenv("MOADON_LONG") != nullptr;
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/journal.db";
  const Crashed crashed = crashed_journal(path);
  const int64_t end = crashed.log_ends.back();
  const int64_t begin = crashed.log_ends[kEntries - 1 - kCutTransactions];
  std::vector<int64_t> cuts;
  if (is_long) {
    for (int64_t cut = begin; cut <= end; ++cut) cuts.push_back(cut);
  } else {
    for (int64_t frame = kLogHeaderBytes; frame <= end; frame += kFrameBytes) {
      for (int64_t cut = frame - kBesideBytes; cut <= frame + kBesideBytes; ++cut) {
        if (cut >= begin && cut <= end) cuts.push_back(cut);
      }
    }
    while (cuts.size() < kShortCuts) {
      cuts.push_back(std::uniform_int_distribution<int64_t>(begin, end)(random));
    }
  }
  for (const int64_t cut : cuts) {
    const auto kind = static_cast<uint32_t>(random() % kRestKinds);
    CAPTURE(seed, cut, kind, begin, end);
    check_cut(path, crashed, cut, rest_after(crashed, cut, kind));
  }
  for (const auto& found : fs::directory_iterator(scratch.path())) {
    CAPTURE(found.path().string());
    CHECK(found.path().filename().string().find("damaged") == std::string::npos);
  }
  std::cout << "log cut at " << cuts.size() << " places of " << end - begin + 1 << ", seed " << seed
            << '\n';
}

}  // namespace
}  // namespace moadon::agent
