// A clock of the test's own for one process: preload this library, and the wall clock stands where
// the test puts it, and may be put elsewhere while the process runs. Monotonic clocks go on as they
// are, as on a machine whose clock somebody sets.
//
//   MOADON_CLOCK_OFFSET  a file of two int64 in the machine's byte order, read at every look at a
//                        clock, so that writing it sets the clock: microseconds that the wall clock
//                        is ahead of the machine's, and microseconds that the machine slept, by
//                        which CLOCK_BOOTTIME is ahead, too. Without it the library does nothing.
//
// Waits until a moment of the wall clock (Abseil's, through the futex system call) end when the set
// clock reaches it, later or sooner than planned when it is set meanwhile, as the kernel has it.
// Linux refuses to be set past 2232, and Abseil's waits never end past 2262: Abseil and gRPC
// themselves see the machine's clock then, so that what our programs make of such a time can be
// tried at all.
//
// Not modelled: timed waits of pthreads on the wall clock, which ours do not use, and times of
// files.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

enum { kBroken = 98, kUsPerSecond = 1000000, kNsPerSecond = 1000000000, kMaxWaiters = 8 };
static const int64_t kLastSettable_us = INT64_C(8277292036) * kUsPerSecond;  // 2232-04-18
static const int64_t kSlice_us = 20000;

typedef int (*clock_gettime_function)(clockid_t, struct timespec*);
typedef long (*syscall_function)(long, ...);

// The code of a library that waits by the wall clock.
struct waiter {
  uintptr_t begin;
  uintptr_t end;
};

// A preloaded library has nobody to own its state. Written once, before anything else reads it.
static pthread_once_t once = PTHREAD_ONCE_INIT;
static clock_gettime_function real_clock_gettime;
static syscall_function real_syscall;
static const int64_t* offset_us;  // two of them
static struct waiter waiters[kMaxWaiters];
static int waiter_count;

static void broken(const char* what) {
  perror(what);
  _exit(kBroken);
}

static int note_waiter(struct dl_phdr_info* object, size_t size, void* nothing) {
  (void)size, (void)nothing;
  if (strstr(object->dlpi_name, "libabsl_time.") == NULL &&
      strstr(object->dlpi_name, "libabsl_synchronization.") == NULL &&
      strstr(object->dlpi_name, "libgpr.") == NULL) {
    return 0;
  }
  for (int i = 0; i < object->dlpi_phnum && waiter_count < kMaxWaiters; ++i) {
    const ElfW(Phdr)* part = &object->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
    const uintptr_t begin = object->dlpi_addr + part->p_vaddr;
    waiters[waiter_count++] = (struct waiter){begin, begin + part->p_memsz};
  }
  return 0;
}

static void start(void) {
  real_clock_gettime = (clock_gettime_function)dlsym(RTLD_NEXT, "clock_gettime");
  real_syscall = (syscall_function)dlsym(RTLD_NEXT, "syscall");
  if (real_clock_gettime == NULL || real_syscall == NULL) broken("clock shim: libc");
  dl_iterate_phdr(note_waiter, NULL);
  const char* path = getenv("MOADON_CLOCK_OFFSET");
  if (path == NULL) return;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) broken(path);
  void* page = mmap(NULL, 2 * sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (page == MAP_FAILED) broken(path);
  close(file);
  offset_us = page;
}

static int64_t real_now_us(void) {
  struct timespec now = {0};
  real_clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * kUsPerSecond + now.tv_nsec / 1000;
}

// How far the clock that `caller` sees is ahead of the machine's.
static int64_t offset_for(const void* caller) {
  pthread_once(&once, start);
  const int64_t offset = offset_us == NULL ? 0 : __atomic_load_n(offset_us, __ATOMIC_RELAXED);
  if (offset <= 0 || real_now_us() + offset <= kLastSettable_us) return offset;
  for (int i = 0; i < waiter_count; ++i) {
    if ((uintptr_t)caller >= waiters[i].begin && (uintptr_t)caller < waiters[i].end) return 0;
  }
  return offset;
}

static void move(struct timespec* time, int64_t by_us) {
  time->tv_sec += by_us / kUsPerSecond;
  time->tv_nsec += by_us % kUsPerSecond * 1000;
  if (time->tv_nsec < 0) {
    time->tv_nsec += kNsPerSecond;
    --time->tv_sec;
  } else if (time->tv_nsec >= kNsPerSecond) {
    time->tv_nsec -= kNsPerSecond;
    ++time->tv_sec;
  }
}

static int is_wall_clock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ||
         clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec* time) {
  const int64_t offset = offset_for(__builtin_return_address(0));
  const int result = real_clock_gettime(clock, time);
  if (result != 0 || offset_us == NULL) return result;
  if (is_wall_clock(clock)) move(time, offset);
  if (clock == CLOCK_BOOTTIME) move(time, __atomic_load_n(offset_us + 1, __ATOMIC_RELAXED));
  return result;
}

EXPORTED int gettimeofday(struct timeval* restrict time, void* restrict zone) {
  (void)zone;
  struct timespec now = {0};
  const int64_t offset = offset_for(__builtin_return_address(0));
  real_clock_gettime(CLOCK_REALTIME, &now);
  move(&now, offset);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

EXPORTED time_t time(time_t* out) {
  struct timespec now = {0};
  const int64_t offset = offset_for(__builtin_return_address(0));
  real_clock_gettime(CLOCK_REALTIME, &now);
  move(&now, offset);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}

// futex(2) with a moment of the wall clock to wait for; in slices, each with a fresh look at it.
struct futex_wait {
  long word, operation, value, until, second_word, bits;
};

static long wait_for_wall_clock(const struct futex_wait* wait) {
  const struct timespec* until = (const struct timespec*)wait->until;
  while (1) {
    struct timespec end = *until;
    move(&end, -__atomic_load_n(offset_us, __ATOMIC_RELAXED));
    const int64_t now_us = real_now_us();
    const int64_t slice_end_us = now_us + kSlice_us;
    const int is_last = end.tv_sec < slice_end_us / kUsPerSecond ||
                        (int64_t)end.tv_sec * kUsPerSecond + end.tv_nsec / 1000 <= slice_end_us;
    const struct timespec slice_end = {slice_end_us / kUsPerSecond,
                                       slice_end_us % kUsPerSecond * 1000};
    const struct timespec past = {0};
    const struct timespec* stop = !is_last ? &slice_end : end.tv_sec < 0 ? &past : &end;
    const long result = real_syscall(SYS_futex, wait->word, wait->operation, wait->value, stop,
                                     wait->second_word, wait->bits);
    if (result != -1 || errno != ETIMEDOUT || is_last) return result;
  }
}

EXPORTED long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  pthread_once(&once, start);
  const struct futex_wait wait = {a[0], a[1], a[2], a[3], a[4], a[5]};
  if (number == SYS_futex && offset_us != NULL && wait.until != 0 &&
      (wait.operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
      (wait.operation & FUTEX_CLOCK_REALTIME) != 0) {
    return wait_for_wall_clock(&wait);
  }
  return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
