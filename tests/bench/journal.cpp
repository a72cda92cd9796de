// How long an agent takes to open its journal: with many entries that nobody has delivered, as
// kill -9 leaves it, beside an empty one. Checking the file, the chain and every seal is part of
// it.
#include "client/agent/journal.h"

#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/bench/samples.h"

namespace moadon::bench {
namespace {

namespace fs = std::filesystem;
using agent::Journal;

constexpr int kThreads = 64;
constexpr int kLines = 5;
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

// Opens a copy of the files, and says how long that took.
double time_opening_us(const fs::path& from, const fs::path& to, int64_t entry_count) {
  fs::remove_all(to);
  fs::create_directory(to);
  for (const char* name : {"journal.db", "journal.db-wal"}) fs::copy_file(from / name, to / name);
  const auto begin = std::chrono::steady_clock::now();
  const auto journal = open(to / "journal.db");
  const double took_us = microseconds(std::chrono::steady_clock::now() - begin);
  const auto backlog = journal->backlog("R1");
  if (!backlog.ok() || backlog->count != entry_count || backlog->altered_count != 0) {
    throw std::runtime_error("the journal is not as it was");
  }
  return took_us;
}

void measure(const fs::path& root, int entry_count, int rounds) {
  Series empty;
  Series full;
  for (const char* name : {"empty", "full"}) fs::create_directories(root / name);
  const auto nothing = open(root / "empty" / "journal.db");
  const auto entries = open(root / "full" / "journal.db");
  fill(*entries, entry_count);
  for (int round = 0; round < rounds; ++round) {
    Samples of_empty;
    of_empty.latencies_us.push_back(time_opening_us(root / "empty", root / "copy", 0));
    empty.add(std::move(of_empty));
    Samples of_full;
    of_full.latencies_us.push_back(time_opening_us(root / "full", root / "copy", entry_count));
    full.add(std::move(of_full));
  }
  report_series("journal_open_empty", "", empty, nullptr);
  report_series("journal_open", "", full, &empty);
}

}  // namespace
}  // namespace moadon::bench

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::invalid_argument("usage: bench_journal DIRECTORY ENTRIES ROUNDS");
    moadon::bench::measure(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "bench_journal: " << failure.what() << std::endl;
    return 1;
  }
}
