// How long an agent takes to open its journal: with many entries that nobody has delivered, as
// kill -9 leaves it, beside an empty one; and the same after one byte of its files changed.
// Checking the file, the chain and every seal is part of it, and where SQLite finds the file
// malformed, putting what is in it into a new one (client/agent/journal_salvage.h). Ends with
// kOverLimit where that takes longer than an agent may take.
#include "client/agent/journal.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sqlite/connection.h"
#include "tests/bench/samples.h"

namespace moadon::bench {
namespace {

namespace fs = std::filesystem;
using agent::Journal;

constexpr int kThreads = 64;
constexpr int kLines = 5;
constexpr double kLimitUs = 2'000'000;
constexpr int kOverLimit = 3;
constexpr size_t kPageBytes = 4096;
const std::string kKey(agent::kJournalKeyBytes, 'k');

std::unique_ptr<Journal> open(const fs::path& path) {
  auto journal = Journal::open(path.string(), kKey, [](const absl::Status&) {});
  if (!journal.ok()) throw std::runtime_error(std::string(journal.status().message()));
  return *std::move(journal);
}

agent::NewEntry entry_of(int number) {
  v1::Sale sale;
  sale.set_receipt(absl::StrCat(number));
  sale.mutable_key()->set_phone("052-7654321");
  for (int i = 0; i < kLines; ++i) {
    auto& line = *sale.add_lines();
    line.set_line_id(absl::StrCat(i));
    line.set_sku(absl::StrCat("SKU-", number % 997, "-", i));
    line.set_quantity_milli(1000);
    line.set_unit_price_minor(1990);
  }
  agent::NewEntry entry;
  entry.register_id = "R1";
  entry.receipt = sale.receipt();
  entry.content = sale.SerializeAsString();
  entry.commit_time_us = 1'795'000'000'000'000 + number;
  return entry;
}

void fill(Journal& journal, int count) {
  std::vector<std::thread> threads;
  std::atomic<bool> is_refused = false;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int number = thread; number < count; number += kThreads) {
        const auto done = journal.commit(
            entry_of(number), [](const agent::KnownSale*) -> absl::StatusOr<agent::Amounts> {
              return agent::Amounts{.amount_minor = 9950};
            });
        if (!done.ok()) is_refused = true;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (is_refused) throw std::runtime_error("an entry was refused");
}

// What is done to the files before they are opened, and what of it the journal says.
struct Damage {
  const char* name;
  void (*make)(const fs::path& journal);
  int64_t altered_count = 0;
};

void change_byte(const fs::path& path, size_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
  if (!file.good()) throw std::runtime_error(absl::StrCat("cannot change ", path.string()));
}

// Where the content of an entry in the middle begins in the file.
size_t place_of_entry(const fs::path& journal) {
  std::string content;
  {
    const auto connection = sqlite::Connection::open(journal.string());
    if (!connection.ok() || !(*connection)->empty_wal().value_or(false)) {
      throw std::runtime_error("the log was not copied into the file");
    }
    constexpr sqlite::Sql kMiddle{
        "SELECT content FROM entry WHERE entry_id = (SELECT max(entry_id) / 2 FROM entry)"};
    sqlite::Statement find = (*connection)->statement(kMiddle);
    if (!find.step().value_or(false)) throw std::runtime_error("no entry in the middle");
    content = std::string(find.blob(0));
  }
  std::ifstream file(journal, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const size_t at = bytes.find(content);
  if (at == std::string::npos) throw std::runtime_error("the entry is not in the file");
  return at;
}

void change_nothing(const fs::path&) {}
void change_entry(const fs::path& journal) {
  change_byte(journal, place_of_entry(journal) + kLines);
}
// How many rows the page has.
void change_page_head(const fs::path& journal) {
  constexpr size_t kRowCountAt = 4;
  change_byte(journal, place_of_entry(journal) / kPageBytes * kPageBytes + kRowCountAt);
}
void change_file_head(const fs::path& journal) {
  (void)place_of_entry(journal);  // the log would have another
  change_byte(journal, 0);
}
// Of a page that a later transaction follows.
void change_log(const fs::path& journal) {
  constexpr size_t kInFirstPage = 32 + 24 + 100;
  change_byte(journal.string() + "-wal", kInFirstPage);
}

// Opens a copy of the files, and says how long that took.
double time_opening_us(const fs::path& from, const fs::path& to, int64_t entry_count,
                       const Damage& damage) {
  fs::remove_all(to);
  fs::create_directory(to);
  for (const char* name : {"journal.db", "journal.db-wal"}) fs::copy_file(from / name, to / name);
  damage.make(to / "journal.db");
  const auto begin = std::chrono::steady_clock::now();
  const auto journal = open(to / "journal.db");
  const double took_us = microseconds(std::chrono::steady_clock::now() - begin);
  const auto backlog = journal->backlog("R1");
  if (!backlog.ok() || backlog->count != entry_count ||
      backlog->altered_count != damage.altered_count) {
    throw std::runtime_error(absl::StrCat("the journal is not as it was: ", damage.name));
  }
  return took_us;
}

constexpr Damage kOpenings[] = {
    {"journal_open", change_nothing},
    {"journal_open_entry_changed", change_entry, 1},
    {"journal_open_page_changed", change_page_head},
    {"journal_open_head_changed", change_file_head},
    {"journal_open_log_changed", change_log},
};

// False: one of them takes too long.
bool measure(const fs::path& root, int entry_count, int rounds) {
  Series empty;
  std::vector<Series> full(std::size(kOpenings));
  for (const char* name : {"empty", "full"}) fs::create_directories(root / name);
  const auto nothing = open(root / "empty" / "journal.db");
  const auto entries = open(root / "full" / "journal.db");
  fill(*entries, entry_count);
  const auto add = [&](Series& series, const char* name, int64_t count, const Damage& damage) {
    Samples samples;
    samples.latencies_us.push_back(time_opening_us(root / name, root / "copy", count, damage));
    series.add(std::move(samples));
  };
  for (int round = 0; round < rounds; ++round) {
    add(empty, "empty", 0, kOpenings[0]);
    for (size_t i = 0; i < full.size(); ++i) add(full[i], "full", entry_count, kOpenings[i]);
  }
  report_series("journal_open_empty", "", empty, nullptr);
  bool is_within = true;
  for (size_t i = 0; i < full.size(); ++i) {
    report_series(kOpenings[i].name, "", full[i], i == 0 ? &empty : full.data());
    constexpr double kMedian = 0.5;
    is_within = is_within && full[i].latency_us(kMedian) <= kLimitUs;
  }
  return is_within;
}

}  // namespace
}  // namespace moadon::bench

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::invalid_argument("usage: bench_journal DIRECTORY ENTRIES ROUNDS");
    spdlog::set_level(spdlog::level::off);  // it would speak where the figures are printed
    using moadon::bench::measure;
    const bool is_within = measure(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
    return is_within ? 0 : moadon::bench::kOverLimit;
  } catch (const std::exception& failure) {
    std::cerr << "bench_journal: " << failure.what() << std::endl;
    return 1;
  }
}
