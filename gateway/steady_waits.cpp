// Timed waits that nobody lengthens by setting the machine's clock.
//
// Abseil turns every timeout into a moment of the wall clock and has the kernel wait for it. Set
// the clock back by a day, and whoever waits does so for a day longer; gRPC's timers first of all,
// which wait this way, too: without them no call meets its deadline and no connection is tried
// again. Abseil keeps a thread's semaphore behind weak symbols, for programs to replace. This
// replaces the waiting half: a wait lasts as long as was meant when it began.
//
// A timeout arrives as that moment of the wall clock; how long was meant is the difference to what
// the caller took for now: the clock, or absl::Now(), which looks at the clock every other second
// only. When it was set just now that may have been the time before, so this is remembered for a
// while; of what may have been meant the shortest is taken. A moment that has passed by the clock
// has passed, whatever else may have been meant: no wait is ever longer than Abseil's own.
//
// Of Abseil's semaphore on Linux (absl/synchronization/internal/waiter.cc) it knows that the count
// is a futex at the beginning of the thread's waiter state. Elsewhere nothing is replaced.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <limits>

#include "absl/base/config.h"
#include "absl/synchronization/internal/create_thread_identity.h"
#include "absl/synchronization/internal/per_thread_sem.h"
#include "absl/synchronization/internal/waiter.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#if defined(ABSL_WAITER_MODE) && ABSL_WAITER_MODE == ABSL_WAITER_MODE_FUTEX

namespace moadon {
namespace {

using Count = std::atomic<std::int32_t>;
using SteadyClock = std::chrono::steady_clock;
static_assert(sizeof(Count) == sizeof(absl::synchronization_internal::Waiter));

Count& count_of(absl::base_internal::ThreadIdentity& thread) {
  return *reinterpret_cast<Count*>(thread.waiter_state.data);
}

bool take_one(Count& count) {
  std::int32_t left = count.load(std::memory_order_relaxed);
  while (left != 0) {
    if (count.compare_exchange_weak(left, left - 1, std::memory_order_acquire,
                                    std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

// Returns when the count is not zero, after `limit` of the monotonic clock, or for nothing.
void wait_while_zero(Count& count, const timespec* limit) {
  ::syscall(SYS_futex, &count, FUTEX_WAIT_PRIVATE, 0, limit, nullptr, 0);
}

// How far the wall clock is ahead of the monotonic one, and was before it was set last. One per
// process, as the clock; all of it may be read and written at any time.
class WallClockAhead final {
 public:
  // The time meant by who waits until `end`, a moment of the wall clock; zero: it has passed.
  absl::Duration left_until(absl::Time end, absl::Duration steady) {
    const absl::Duration wall = absl::TimeFromTimespec(wall_clock()) - absl::UnixEpoch();
    note(wall - steady, steady);
    absl::Duration left = std::min(end - absl::UnixEpoch() - wall, kLongest);
    if (left <= absl::ZeroDuration()) return absl::ZeroDuration();
    const auto consider = [&](absl::Duration now) {
      const absl::Duration meant = end - absl::UnixEpoch() - now;
      if (meant > absl::ZeroDuration()) left = std::min(left, meant);
    };
    consider(absl::Now() - absl::UnixEpoch());
    if (steady - absl::Nanoseconds(set_at_ns_.load()) < kDoubt) {
      consider(steady + absl::Nanoseconds(before_ns_.load()));
    }
    return left;
  }

 private:
  static constexpr absl::Duration kLongest = absl::Hours(24 * 365 * 100);  // within nanoseconds
  static constexpr absl::Duration kDoubt = absl::Seconds(10);
  static constexpr absl::Duration kStep = absl::Milliseconds(50);  // less is drift

  static timespec wall_clock() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now;
  }

  void note(absl::Duration ahead, absl::Duration steady) {
    const absl::Duration known = absl::Nanoseconds(now_ns_.load());
    if (absl::AbsDuration(ahead - known) < kStep) return;
    if (known != absl::ZeroDuration()) {  // at the first look nothing was set
      before_ns_ = absl::ToInt64Nanoseconds(known);
      set_at_ns_ = absl::ToInt64Nanoseconds(steady);
    }
    now_ns_ = absl::ToInt64Nanoseconds(ahead);
  }

  std::atomic<std::int64_t> now_ns_{0};
  std::atomic<std::int64_t> before_ns_{0};
  std::atomic<std::int64_t> set_at_ns_{std::numeric_limits<std::int64_t>::min() / 2};  // never
};

bool take_until(Count& count, absl::Time end) {
  static constinit WallClockAhead ahead;
  const auto begin = SteadyClock::now();
  const absl::Duration left = ahead.left_until(end, absl::FromChrono(begin.time_since_epoch()));
  const auto steady_end = begin + absl::ToChronoNanoseconds(left);
  while (!take_one(count)) {
    const auto still = steady_end - SteadyClock::now();
    if (still <= SteadyClock::duration::zero()) return false;
    const timespec limit = absl::ToTimespec(absl::FromChrono(still));
    wait_while_zero(count, &limit);
  }
  return true;
}

}  // namespace
}  // namespace moadon

bool ABSL_INTERNAL_C_SYMBOL(AbslInternalPerThreadSemWait)(
    absl::synchronization_internal::KernelTimeout timeout) {
  namespace waits = absl::synchronization_internal;
  moadon::Count& count = moadon::count_of(*waits::GetOrCreateCurrentThreadIdentity());
  if (timeout.has_timeout()) {
    return moadon::take_until(count, absl::TimeFromTimespec(timeout.MakeAbsTimespec()));
  }
  while (!moadon::take_one(count)) moadon::wait_while_zero(count, nullptr);
  return true;
}

#endif
