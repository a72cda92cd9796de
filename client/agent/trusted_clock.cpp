#include "client/agent/trusted_clock.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/escaping.h"

namespace moadon::agent {
namespace {

// Every answer of the server moves the offset a little.
constexpr int64_t kOffsetKeptUs = 1'000'000;

}  // namespace

TrustedClock::TrustedClock(const Clock& clock, ServerLink& link, OfflineBook& book,
                           int64_t known_us)
    : clock_(clock), link_(link), book_(book), boot_id_(clock.boot_id()), seen_us_(known_us) {
  const absl::StatusOr<StoredClock> stored = book.clock();
  if (!stored.ok()) {
    spdlog::error("event=clock_not_read message=\"{}\"",
                  absl::Utf8SafeCEscape(stored.status().message()));
    return;
  }
  kept_ = *stored;
  seen_us_ = std::max(seen_us_, kept_.latest_us);
  if (!boot_id_.empty() && kept_.boot_id == boot_id_) {
    link.resume_server_time(kept_.server_offset_us);
  }
}

int64_t TrustedClock::now_us() const { return link_.corrected_now_us().value_or(clock_.now_us()); }

int64_t TrustedClock::latest_us() {
  if (const auto server_us = link_.corrected_now_us()) return *server_us;
  absl::MutexLock lock(&mutex_);
  seen_us_ = std::max(seen_us_, clock_.now_us());
  return seen_us_;
}

void TrustedClock::keep() {
  StoredClock known{.latest_us = latest_us(), .boot_id = {}, .server_offset_us = 0};
  if (const auto offset_us = link_.server_offset_us()) {
    known.boot_id = boot_id_;
    known.server_offset_us = *offset_us;
  }
  {
    absl::MutexLock lock(&mutex_);
    const bool is_same = std::abs(known.latest_us - kept_.latest_us) < kClockKeptUs &&
                         known.boot_id == kept_.boot_id &&
                         std::abs(known.server_offset_us - kept_.server_offset_us) < kOffsetKeptUs;
    if (is_same) return;
    kept_ = known;
  }
  const absl::Status stored = book_.store_clock(known);
  if (!stored.ok()) {
    spdlog::warn("event=clock_not_kept message=\"{}\"", absl::Utf8SafeCEscape(stored.message()));
  }
}

}  // namespace moadon::agent
