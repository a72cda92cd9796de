#include "plugin/register/replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <thread>
#include <unordered_map>
#include <utility>

#include "plugin/register/replay/known_cards.h"
#include "plugin/register/replay/replay_worker.h"

namespace moadon {
namespace {

// One thread each.
constexpr size_t kRegistersMax = 256;
constexpr std::chrono::milliseconds kRefreshInterval{50};

// A register at work.
struct Till {
  RegisterQueue queue;
  std::unique_ptr<PluginClub> club;
};

// Fisher and Yates; std::shuffle may differ from one standard library to the next.
void shuffle(std::vector<const ScannedReceipt*>& receipts, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (size_t left = receipts.size(); left > 1; --left) {
    std::swap(receipts[left - 1], receipts[random() % left]);
  }
}

void print_summary(const ReplayProgress& progress, int64_t total, double seconds, bool json) {
  const ReplayCounts counts = progress.counts();
  if (json) {
    const Json summary{{"committed", counts.committed},
                       {"returned", counts.returned},
                       {"skipped", counts.skipped},
                       {"enrolled", counts.enrolled},
                       {"conflicts", counts.conflicts},
                       {"refused", counts.refused},
                       {"receipts", total},
                       {"complete", counts.receipts() == total},
                       {"seconds", seconds}};
    fmt::print("{}\n", json_line(summary));
    return;
  }
  fmt::print("{} of {} receipts in {:.1f} s\n", counts.receipts(), total, seconds);
  fmt::print("  sales committed     {:8}\n", counts.committed);
  fmt::print("  returns committed   {:8}\n", counts.returned);
  fmt::print("  already there       {:8}\n", counts.skipped);
  fmt::print("  members enrolled    {:8}\n", counts.enrolled);
  fmt::print("  conflicts           {:8}\n", counts.conflicts);
  fmt::print("  refused             {:8}\n", counts.refused);
}

// Runs one worker per register and shows progress until all are through.
void run_workers(const SalesFile& file, std::vector<Till>& tills, ReplayProgress& progress,
                 int64_t total) {
  KnownCards cards;
  std::atomic<size_t> running{tills.size()};
  std::vector<std::thread> threads;
  for (Till& till : tills) {
    threads.emplace_back([&] {
      ReplayWorker(*till.club, file, cards, progress).run(till.queue.receipts);
      --running;
    });
  }
  ProgressDisplay display(progress, total);
  while (running > 0) {
    std::this_thread::sleep_for(kRefreshInterval);
    display.refresh();
  }
  for (std::thread& thread : threads) thread.join();
  display.finish();
}

ExitCode exit_code(const ReplayProgress& progress) {
  if (progress.stopped()) return progress.stopped_unreachable() ? kUnreachable : kRefused;
  const ReplayCounts counts = progress.counts();
  return counts.conflicts + counts.refused > 0 ? kRefused : kDone;
}

}  // namespace

std::vector<RegisterQueue> register_queues(const SalesFile& file, const ReplaySettings& settings) {
  std::vector<const ScannedReceipt*> receipts;
  for (const ScannedReceipt& receipt : file.receipts()) {
    if (settings.limit && static_cast<int64_t>(receipts.size()) >= *settings.limit) break;
    receipts.push_back(&receipt);
  }
  if (settings.shuffle_seed) shuffle(receipts, *settings.shuffle_seed);
  std::vector<RegisterQueue> queues;
  std::unordered_map<std::string_view, size_t> places;
  for (const ScannedReceipt* receipt : receipts) {
    const auto [place, is_new] = places.emplace(receipt->register_id, queues.size());
    if (is_new) queues.push_back({std::string(receipt->register_id), {}});
    queues[place->second].receipts.push_back(receipt);
  }
  return queues;
}

ExitCode run_replay(const ReplaySettings& settings, const OpenClub& open_club) {
  SalesFile file;
  std::string problem;
  if (!file.read(settings.file, problem)) {
    fmt::print(stderr, "{}\n", problem);
    return kUsage;
  }
  std::vector<Till> tills;
  int64_t total = 0;
  for (RegisterQueue& queue : register_queues(file, settings)) {
    PluginClub::Opened opened = open_club(queue.register_id);
    if (opened.club == nullptr || tills.size() == kRegistersMax) {
      fmt::print(stderr, "register {}: {}\n", queue.register_id,
                 opened.club ? "too many registers in one file" : opened.refusal.message);
      return kUsage;
    }
    total += static_cast<int64_t>(queue.receipts.size());
    tills.push_back({std::move(queue), std::move(opened.club)});
  }
  const auto start = std::chrono::steady_clock::now();
  ReplayProgress progress(settings.patience);
  run_workers(file, tills, progress, total);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (progress.stopped()) {
    fmt::print(stderr, "stopped after {} of {} receipts: {}\nRun it again to go on from there.\n",
               progress.counts().receipts(), total, progress.stop_reason());
  }
  print_summary(progress, total, taken.count(), settings.summary_json);
  return exit_code(progress);
}

}  // namespace moadon
