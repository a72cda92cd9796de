#include "server/jobs/ageing_job.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "server/operations/age_members.h"
#include "spdlog/spdlog.h"

namespace moadon {
namespace {

// How soon a new day, a new program or a failure is noticed.
constexpr absl::Duration kLookEvery = absl::Seconds(1);

absl::StatusOr<AgedMembers> age_batch(Club& club) {
  absl::StatusOr<AgedMembers> aged = absl::UnknownError("not answered yet");
  absl::Notification done;
  age_members(club, [&aged, &done](absl::StatusOr<AgedMembers> answered) {
    aged = std::move(answered);
    done.Notify();
  });
  done.WaitForNotification();
  return aged;
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
  while (true) {
    const Reason reason = reason_now();
    if (aged_for != reason && age_all()) aged_for = reason;
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
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return false;
    }
    const absl::StatusOr<AgedMembers> aged = age_batch(club_);
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

}  // namespace moadon
