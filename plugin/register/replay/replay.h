// `moadon-register replay`: past sales brought to the club as registers would have brought them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/register/json_mode.h"
#include "plugin/register/replay/progress.h"
#include "plugin/register/replay/sales_file.h"

namespace moadon {

// What to replay and how.
struct ReplaySettings {
  std::string file;
  // Only so many receipts, the first of the file.
  std::optional<int64_t> limit;
  // Shuffle the receipts with this seed; unset: file order.
  std::optional<uint64_t> shuffle_seed;
  // Stop when agent or server stay away for so long.
  std::chrono::seconds patience = ReplayProgress::kPatience;
  // The summary as one JSON object.
  bool summary_json = false;
};

// Exit codes of the program.
enum ExitCode { kDone = 0, kRefused = 1, kUsage = 2, kUnreachable = 3 };

// Registers with their receipts in the order of delivery. Registers keep their own receipts; the
// order is the file's, or for a seed one shuffle of all receipts that is the same on every machine.
struct RegisterQueue {
  std::string register_id;
  std::vector<const ScannedReceipt*> receipts;
};
std::vector<RegisterQueue> register_queues(const SalesFile& file, const ReplaySettings& settings);

// Checks the whole file, then replays it: one thread and one plugin handle per register. May be run
// again at any time; what is there already is skipped. Progress and problems on stderr, the summary
// on stdout.
//   kDone         everything is there
//   kRefused      some receipts were conflicts or refused; all others are there
//   kUsage        the file cannot be used; nothing was sent
//   kUnreachable  agent or server stayed away; run again to go on
ExitCode run_replay(const ReplaySettings& settings, const OpenClub& open_club);

}  // namespace moadon
