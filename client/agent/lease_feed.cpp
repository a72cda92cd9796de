#include "client/agent/lease_feed.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "moadon/v1/sync_service.grpc.pb.h"
#include "rules/offline.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

bool has_something_to_take(const v1::Program& program) {
  return rights_per_register_of(program) > 0 ||
         std::any_of(program.benefits().begin(), program.benefits().end(), is_limited_for_club);
}

}  // namespace

LeaseFeed::~LeaseFeed() { stop(); }

void LeaseFeed::start() {
  thread_ = std::thread([this] { run(); });
}

void LeaseFeed::try_now() {
  absl::MutexLock lock(&mutex_);
  try_now_ = true;
}

void LeaseFeed::stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

bool LeaseFeed::wait_for_turn() {
  const auto is_due = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || try_now_; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&is_due), kLeasePoll);
  if (try_now_) plans_.clear();
  try_now_ = false;
  return !stopping_;
}

void LeaseFeed::run() {
  do {
    for (Till* till : parts_.tills.all()) {
      if (is_forked(*till)) drop(*till);
    }
    const auto pricing = parts_.programs.in_force(parts_.time.now_us());
    // Turns are numbered by the server's time, which the first heartbeat brings.
    const bool may_ask = parts_.link.is_reachable() && parts_.link.corrected_now_us().has_value() &&
                         !parts_.reserve.is_used();
    if (pricing == nullptr || !may_ask) continue;
    for (Till* till : parts_.tills.all()) work(*till, pricing->program());
  } while (wait_for_turn());
}

bool LeaseFeed::is_forked(const Till& till) {
  return reason_of(till.courier.blocked_by()) == v1::REASON_JOURNAL_FORKED;
}

void LeaseFeed::work(Till& till, const v1::Program& program) {
  if (is_forked(till)) return;
  Plan& plan = plans_[till.register_id];
  const absl::Duration now = parts_.link.monotonic();
  if (plan.program_version == program.version() && now < plan.next) return;
  if (parts_.cancellation.is_cancelled() || !till.line.has_token()) return;
  plan = {program.version(), now + kLeaseInterval};
  const absl::StatusOr<bool> has_leases = parts_.offline.has_leases(till.register_id);
  if (!has_something_to_take(program) && has_leases.ok() && !*has_leases) return;
  plan.next = now + take(till);
}

absl::Duration LeaseFeed::take(Till& till) {
  const auto request =
      parts_.offline.begin_turn({.register_id = till.register_id,
                                 .server_time_us = parts_.link.corrected_now_us().value_or(0),
                                 .latest_us = parts_.time.latest_us()});
  if (!request.ok()) return on_refused(till, request.status());
  const auto answer =
      till.line.ask_in_background(&v1::SyncService::Stub::TakeLeases, *request, kLeaseDeadline);
  if (!answer.ok()) return on_refused(till, answer.status());
  parts_.link.report_server_time(answer->server_time());
  const absl::StatusOr<bool> kept = [&] {
    absl::MutexLock lock(&till.offline_mutex);
    return parts_.offline.end_turn(till.register_id, request->turn(), *answer,
                                   parts_.time.latest_us());
  }();
  if (!kept.ok()) return on_refused(till, kept.status());
  logged_.erase(till.register_id);
  return *kept ? kLeaseInterval : absl::ZeroDuration();
}

void LeaseFeed::drop(Till& till) {
  const absl::StatusOr<bool> has_leases = parts_.offline.has_leases(till.register_id);
  if (has_leases.ok() && !*has_leases) return;
  absl::MutexLock lock(&till.offline_mutex);
  const absl::Status dropped = parts_.offline.drop_leases(till.register_id);
  if (!dropped.ok()) {
    spdlog::error("event=leases_not_dropped register={} message=\"{}\"", till.register_id,
                  absl::Utf8SafeCEscape(dropped.message()));
  }
}

absl::Duration LeaseFeed::on_refused(Till& till, const absl::Status& refusal) {
  if (parts_.cancellation.is_cancelled()) return kLeaseInterval;
  const v1::Reason reason = reason_of(refusal);
  const bool is_old_server = reason == v1::REASON_METHOD_UNKNOWN;
  const bool is_fork = reason == v1::REASON_JOURNAL_FORKED;
  const auto [logged, is_first] = logged_.try_emplace(till.register_id, reason);
  if (!is_old_server && (is_first || logged->second != reason)) {
    logged->second = reason;
    spdlog::log(is_fork ? spdlog::level::err : spdlog::level::warn,
                "event=leases_not_taken register={} reason={} message=\"{}\"", till.register_id,
                v1::Reason_Name(reason), absl::Utf8SafeCEscape(refusal.message()));
  }
  if (is_old_server || is_fork || reason == v1::REASON_TOKEN_REVOKED) drop(till);
  return is_old_server ? kOldServerInterval : kLeaseInterval;
}

}  // namespace moadon::agent
