// How far a replay has come: what its workers count and what people see on stderr meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace moadon {

// What became of the receipts.
struct ReplayCounts {
  int64_t committed = 0;  // sales recorded by this run
  int64_t returned = 0;   // returns recorded by this run
  int64_t skipped = 0;    // already there with the same lines
  int64_t enrolled = 0;   // cards enrolled by this run
  int64_t conflicts = 0;  // already there with other lines; left as they are
  int64_t refused = 0;    // not taken, for a reason that repeating does not mend

  int64_t receipts() const { return committed + returned + skipped + conflicts + refused; }
};

// Shared by the workers of one replay. Every function may be called from any thread.
class ReplayProgress final {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // Counts what `what` points at, one of ReplayCounts.
  void count(int64_t ReplayCounts::*what);
  ReplayCounts counts() const;

  // Ends the waiting when no register was answered for so long.
  static constexpr std::chrono::seconds kPatience{60};
  explicit ReplayProgress(std::chrono::seconds patience = kPatience) : patience_(patience) {}
  std::chrono::seconds patience() const { return patience_; }

  // Some call was answered for good; whether that was too long ago.
  void answered();
  bool is_out_of_patience() const;

  // Ends the replay early; the first reason given stays.
  void stop(const std::string& reason, bool unreachable);
  bool stopped() const { return stopped_; }
  std::string stop_reason() const;
  bool stopped_unreachable() const;

  // Waits, but not when the replay is stopped.
  void pause(std::chrono::milliseconds time);

 private:
  const std::chrono::seconds patience_;

  // Self-locking.
  std::atomic<bool> stopped_{false};
  std::atomic<Instant::rep> last_answer_{
      std::chrono::steady_clock::now().time_since_epoch().count()};

  mutable std::mutex mutex_;
  std::condition_variable stop_or_time_;
  // Under mutex_.
  ReplayCounts counts_;
  std::string stop_reason_;
  bool unreachable_ = false;
};

// Draws a bar on stderr when it is a terminal, else a line every few seconds, until told to finish.
// Made and used by one thread.
class ProgressDisplay final {
 public:
  ProgressDisplay(const ReplayProgress& progress, int64_t total);
  // Call a few times a second.
  void refresh();
  // The last state, and the end of the line.
  void finish();

 private:
  void show();

  const ReplayProgress& progress_;
  const int64_t total_;
  const bool terminal_;
  const ReplayProgress::Instant start_;
  ReplayProgress::Instant shown_;
};

// One line such as "[#####.....]  12,407/24,814 receipts  50%  812/s".
std::string progress_line(int64_t done, int64_t total, double seconds);

}  // namespace moadon
