#include "client/agent/server_link.h"

#include <grpc/support/time.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

gpr_timespec after(absl::Duration duration) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_millis(absl::ToInt64Milliseconds(duration), GPR_TIMESPAN));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerLink>> ServerLink::open(const ChannelOptions& options,
                                                             const Clock& clock) {
  std::shared_ptr<grpc::Channel> channel;
  if (!options.address.empty()) {
    auto opened = open_channel(options);
    if (!opened.ok()) return opened.status();
    channel = *std::move(opened);
  }
  return std::unique_ptr<ServerLink>(new ServerLink(options, clock, std::move(channel)));
}

ServerLink::~ServerLink() { stop(); }

void ServerLink::watch(OnDoubt on_doubt) {
  on_doubt_ = std::move(on_doubt);
  if (!options_.address.empty()) watcher_ = std::thread([this] { watch_until_stopped(); });
}

void ServerLink::stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (watcher_.joinable()) watcher_.join();
}

bool ServerLink::is_stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

void ServerLink::watch_until_stopped() {
  grpc_connectivity_state before = GRPC_CHANNEL_IDLE;
  int64_t number = 0;
  while (!is_stopping()) {
    const NumberedChannel watched = channel();
    if (watched.number != number) before = GRPC_CHANNEL_IDLE;
    number = watched.number;
    const grpc_connectivity_state state = watched.channel->GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY && before != GRPC_CHANNEL_READY) on_doubt_();
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE && before != GRPC_CHANNEL_TRANSIENT_FAILURE) {
      absl::MutexLock lock(&mutex_);
      note_away();
    }
    before = state;
    watched.channel->WaitForStateChange(state, after(kLookInterval));
  }
}

ServerLink::NumberedChannel ServerLink::channel() const {
  absl::MutexLock lock(&mutex_);
  return channel_;
}

bool ServerLink::is_away() const {
  absl::MutexLock lock(&mutex_);
  return channel_.channel == nullptr || reach_ == Reach::kAway || is_breaker_open_;
}

bool ServerLink::is_reachable() const {
  absl::MutexLock lock(&mutex_);
  return channel_.channel != nullptr && reach_ != Reach::kAway;
}

Contact ServerLink::contact() const {
  absl::MutexLock lock(&mutex_);
  return {reach_ == Reach::kOnline && !is_breaker_open_, away_since_us_, last_contact_us_};
}

void ServerLink::report(const absl::Status& answered, absl::Duration took) {
  const v1::Reason reason = reason_of(answered);
  const bool is_late = reason == v1::REASON_DEADLINE_EXCEEDED;
  const bool is_away =
      is_late || reason == v1::REASON_SERVER_UNREACHABLE || reason == v1::REASON_STOPPING;
  bool is_news = false;
  {
    absl::MutexLock lock(&mutex_);
    if (is_late) {
      is_news = note_late();
    } else if (is_away) {
      is_news = note_away();
    } else {
      is_news = reach_ == Reach::kAway;
      note_answer(took);
    }
  }
  if (is_news && on_doubt_) on_doubt_();
}

bool ServerLink::note_late() {
  // Before the breaker opens it is asked in the background, too: one slow answer is no silence.
  const bool is_in_doubt = !is_breaker_open_;
  if (++misses_in_a_row_ == kMissesBeforeBreaker) {
    is_breaker_open_ = true;
    if (!away_since_us_) away_since_us_ = clock_.now_us();
  }
  if (++timeouts_in_a_row_ < kTimeoutsBeforeReconnect) return is_in_doubt;
  replace_channel();
  return note_away();
}

void ServerLink::note_answer(absl::Duration took) {
  timeouts_in_a_row_ = 0;
  // Who answers, but slower than a cashier waits, is there for the background only.
  if (took <= kCashierWait) {
    misses_in_a_row_ = 0;
    is_breaker_open_ = false;
  }
  if (!is_breaker_open_) away_since_us_.reset();
  reach_ = Reach::kOnline;
  last_contact_us_ = clock_.now_us();
}

bool ServerLink::note_away() {
  if (reach_ == Reach::kAway) return false;
  reach_ = Reach::kAway;
  if (!away_since_us_) away_since_us_ = clock_.now_us();
  return true;
}

void ServerLink::replace_channel() {
  timeouts_in_a_row_ = 0;
  // What could be opened once fails only when a TLS file is gone: then the old one stays.
  auto opened = open_channel(options_);
  if (opened.ok()) channel_ = {*std::move(opened), channel_.number + 1};
}

void ServerLink::report_server_time(const google::protobuf::Timestamp& time) {
  const auto time_us = time_us_of(time, "server_time");
  if (!time_us.ok() || *time_us == 0) return;
  const int64_t monotonic_us = absl::ToInt64Microseconds(clock_.monotonic());
  const absl::Duration skew = absl::Microseconds(clock_.now_us() - *time_us);
  const bool is_skewed = skew > kMaxClockSkew || skew < -kMaxClockSkew;
  {
    absl::MutexLock lock(&mutex_);
    server_offset_us_ = *time_us - monotonic_us;
    if (is_skewed == is_skewed_) return;
    is_skewed_ = is_skewed;
  }
  if (is_skewed) {
    spdlog::warn("event=clock_skewed seconds={}", absl::ToInt64Seconds(skew));
  } else {
    spdlog::info("event=clock_right");
  }
}

void ServerLink::resume_server_time(int64_t offset_us) {
  absl::MutexLock lock(&mutex_);
  server_offset_us_ = offset_us;
}

std::optional<int64_t> ServerLink::server_offset_us() const {
  absl::MutexLock lock(&mutex_);
  return server_offset_us_;
}

absl::Duration ServerLink::clock_skew() const {
  const std::optional<int64_t> server_us = corrected_now_us();
  return server_us ? absl::Microseconds(clock_.now_us() - *server_us) : absl::ZeroDuration();
}

std::optional<int64_t> ServerLink::corrected_now_us() const {
  const int64_t monotonic_us = absl::ToInt64Microseconds(clock_.monotonic());
  absl::MutexLock lock(&mutex_);
  if (!server_offset_us_) return std::nullopt;
  return std::min(*server_offset_us_ + monotonic_us, kMaxTimeUs);
}

}  // namespace moadon::agent
