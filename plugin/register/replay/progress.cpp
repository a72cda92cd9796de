#include "plugin/register/replay/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace moadon {
namespace {

using std::chrono::steady_clock;

constexpr int kBarCells = 30;
constexpr std::chrono::milliseconds kBarInterval{200};
constexpr std::chrono::milliseconds kLineInterval{5'000};

double seconds_between(ReplayProgress::Instant from, ReplayProgress::Instant to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

void ReplayProgress::count(int64_t ReplayCounts::*what) {
  const std::lock_guard lock(mutex_);
  ++(counts_.*what);
}

ReplayCounts ReplayProgress::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void ReplayProgress::answered() { last_answer_ = steady_clock::now().time_since_epoch().count(); }

bool ReplayProgress::is_out_of_patience() const {
  const Instant last(Instant::duration(last_answer_.load()));
  return steady_clock::now() - last > patience_;
}

void ReplayProgress::stop(const std::string& reason, bool unreachable) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    stop_reason_ = reason;
    unreachable_ = unreachable;
    stopped_ = true;
  }
  stop_or_time_.notify_all();
}

std::string ReplayProgress::stop_reason() const {
  const std::lock_guard lock(mutex_);
  return stop_reason_;
}

bool ReplayProgress::stopped_unreachable() const {
  const std::lock_guard lock(mutex_);
  return unreachable_;
}

void ReplayProgress::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  stop_or_time_.wait_for(lock, time, [this] { return stopped_.load(); });
}

ProgressDisplay::ProgressDisplay(const ReplayProgress& progress, int64_t total)
    : progress_(progress),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(steady_clock::now()),
      shown_(start_) {}

void ProgressDisplay::refresh() {
  const auto now = steady_clock::now();
  if (now - shown_ < (terminal_ ? kBarInterval : kLineInterval)) return;
  shown_ = now;
  show();
}

void ProgressDisplay::finish() {
  show();
  if (terminal_) fmt::print(stderr, "\n");
}

void ProgressDisplay::show() {
  const std::string line = progress_line(progress_.counts().receipts(), total_,
                                         seconds_between(start_, steady_clock::now()));
  fmt::print(stderr, fmt::runtime(terminal_ ? "\r{}\x1b[K" : "{}\n"), line);
  std::fflush(stderr);
}

std::string progress_line(int64_t done, int64_t total, double seconds) {
  const int64_t whole = std::max<int64_t>(total, 1);
  const auto filled = static_cast<size_t>(kBarCells * std::min(done, whole) / whole);
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  return fmt::format("[{}{}] {}/{} receipts {:3}% {:.0f}/s", std::string(filled, '#'),
                     std::string(kBarCells - filled, '.'), done, total,
                     total == 0 ? 100 : 100 * done / total, rate);
}

}  // namespace moadon
