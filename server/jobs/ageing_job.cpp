#include "server/jobs/ageing_job.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "server/operations/age_members.h"
#include "server/operations/end_silent_holds.h"
#include "server/operations/end_silent_leases.h"
#include "spdlog/spdlog.h"

namespace moadon {
namespace {

// How soon a new day, a new program or a failure is noticed.
constexpr absl::Duration kLookEvery = absl::Seconds(1);
// How often silent registers are looked for.
constexpr int64_t kSilenceEveryUs = 60'000'000;

// Runs one batch of an operation and waits for its answer.
template <typename Response>
absl::StatusOr<Response> run_batch(void (*operation)(Club&, Answer<Response>), Club& club) {
  absl::StatusOr<Response> response = absl::UnknownError("not answered yet");
  absl::Notification done;
  operation(club, [&response, &done](absl::StatusOr<Response> answered) {
    response = std::move(answered);
    done.Notify();
  });
  done.WaitForNotification();
  return response;
}

}  // namespace

AgeingJob::AgeingJob(Club& club) : club_(club), thread_([this] { run_until_stopped(); }) {}

AgeingJob::~AgeingJob() { stop(); }

void AgeingJob::stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void AgeingJob::run_until_stopped() {
  std::optional<Reason> aged_for;
  std::optional<int64_t> looked_us;  // for silent registers
  while (true) {
    const Reason reason = reason_now();
    if (aged_for != reason && age_all()) aged_for = reason;
    const int64_t now_us = club_.clock().now_us();
    if (!looked_us || now_us < *looked_us || now_us - *looked_us >= kSilenceEveryUs) {
      end_holds();
      end_leases();
      looked_us = now_us;
    }
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kLookEvery)) return;
  }
}

AgeingJob::Reason AgeingJob::reason_now() const {
  const ClubViewPtr view = club_.view();
  return {view->day_of(club_.clock().now_us()), view->programs().size()};
}

bool AgeingJob::age_all() {
  int64_t member_count = 0;
  while (true) {
    if (is_stopping()) return false;
    const absl::StatusOr<AgedMembers> aged = run_batch(age_members, club_);
    if (!aged.ok()) {
      spdlog::warn("ageing=failed error=\"{}\"", aged.status().ToString());
      return false;
    }
    member_count += aged->member_count;
    if (!aged->has_more) break;
  }
  if (member_count > 0) spdlog::info("ageing=done members={}", member_count);
  return true;
}

void AgeingJob::end_holds() {
  int64_t hold_count = 0;
  while (!is_stopping()) {
    const absl::StatusOr<bool> any = has_silent_holds(club_);
    if (any.ok() && !*any) break;
    const absl::StatusOr<EndedHolds> ended =
        any.ok() ? run_batch(end_silent_holds, club_) : absl::StatusOr<EndedHolds>(any.status());
    if (!ended.ok()) {
      spdlog::warn("holds=failed error=\"{}\"", ended.status().ToString());
      break;
    }
    hold_count += ended->hold_count;
    if (!ended->has_more) break;
  }
  if (hold_count > 0) spdlog::info("holds=lapsed count={}", hold_count);
}

void AgeingJob::end_leases() {
  int64_t register_count = 0;
  while (!is_stopping()) {
    const absl::StatusOr<bool> any = has_silent_leases(club_);
    if (any.ok() && !*any) break;
    const absl::StatusOr<EndedLeases> ended =
        any.ok() ? run_batch(end_silent_leases, club_) : absl::StatusOr<EndedLeases>(any.status());
    if (!ended.ok()) {
      spdlog::warn("leases=failed error=\"{}\"", ended.status().ToString());
      break;
    }
    register_count += ended->register_count;
    if (!ended->has_more) break;
  }
  if (register_count > 0) spdlog::info("leases=lapsed registers={}", register_count);
}

bool AgeingJob::is_stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

}  // namespace moadon
