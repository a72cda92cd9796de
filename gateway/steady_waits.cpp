// Timed waits that nobody lengthens by setting the machine's clock.
//
// Abseil turns every timeout into a moment of the wall clock and has the kernel wait for it. Set
// the clock back by a day, and whoever waits does so for a day longer; gRPC's timers first of all,
// which wait this way, too: without them no call meets its deadline and no connection is tried
// again. Abseil keeps a thread's semaphore behind weak symbols, for programs to replace. This
// replaces the waiting half: a wait lasts as long as was meant when it began.
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
constexpr absl::Duration kLongest = absl::Hours(24 * 365 * 100);  // still within nanoseconds
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

bool take_until(Count& count, SteadyClock::time_point end) {
  while (!take_one(count)) {
    const auto left = end - SteadyClock::now();
    if (left <= SteadyClock::duration::zero()) return false;
    const timespec limit = absl::ToTimespec(absl::FromChrono(left));
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
    const absl::Time end = absl::TimeFromTimespec(timeout.MakeAbsTimespec());
    const absl::Duration left = std::min(end - absl::Now(), moadon::kLongest);
    return moadon::take_until(count, moadon::SteadyClock::now() + absl::ToChronoNanoseconds(left));
  }
  while (!moadon::take_one(count)) moadon::wait_while_zero(count, nullptr);
  return true;
}

#endif
