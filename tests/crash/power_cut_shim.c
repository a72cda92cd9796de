// A power cut for one process: preload this library, and at a moment of the test's choosing the
// process ends and its files are as the disk would have them after the lights went out.
//
// The model. Every write, truncation, creation, renaming and removal of files under
// MOADON_POWERCUT_DIR is carried out as usual and remembered until it is durable. Writes and
// truncations of a file are durable once fsync or fdatasync of that file has succeeded; names once
// the directory they are in was synced. At the cut every change that is not durable is kept, torn
// (some of its 512-byte sectors arrive, the others hold what they held) or dropped, by the seed:
// nothing arrives; a beginning arrives, torn at its end; all but one arrive; or each as it comes.
// Names are lost from the end, as journalling file systems do. What is durable is never touched,
// and bytes outside a write never change (SQLite's "powersafe overwrite", true of disks whose
// sectors are atomic). The process then ends with status 99.
//
// Nothing of it can be acknowledged after the cut: the cut and every change take one lock, and the
// process ends while it is held. Nor does anybody read what the cut is taking back: a read that
// ends after the cut has begun never returns.
//
// Not modelled: memory maps (SQLite maps only the -shm file, which it makes anew after a crash),
// stdio streams (they bypass us inside libc) and directories made.
//
//   MOADON_POWERCUT_DIR        the directory; without it the library does nothing
//   MOADON_POWERCUT_SEED       a number; 1
//   MOADON_POWERCUT_AT         ENDING:N  cut before the Nth change or sync of a file whose path
//   ends
//                              so (an empty ending: of any)
//   MOADON_POWERCUT_WHEN       cut as soon as this path exists
//   MOADON_POWERCUT_AT_EXIT=1  cut when the process ends by itself
//   MOADON_POWERCUT_FAIL_SYNC  ENDING:N  the Nth sync of such a file fails with EIO; as on Linux,
//   no
//                              later sync makes durable what it was asked to
//   MOADON_POWERCUT_AFTER_SYNC ENDING:N  cut when the Nth sync of such a file has succeeded, before
//                              whoever asked for it hears so
//   MOADON_POWERCUT_FROM       a path: AT and AFTER_SYNC count, and SLOW_SYNC waits, only while it
//                              exists
//   MOADON_POWERCUT_KILL=1     instead of a cut the process dies of SIGKILL: what it wrote stays
//   MOADON_POWERCUT_SLOW_SYNC  ENDING:MS  a sync of such a file takes so many milliseconds more
//   MOADON_POWERCUT_FULL       a path: while it exists no file grows and none is made (ENOSPC)
//   MOADON_POWERCUT_READ_ONLY  a path: while it exists nothing is changed (EROFS)
//   MOADON_POWERCUT_SYNCHRONOUS=NORMAL
//                              the control: what the process asks SQLite for as "PRAGMA synchronous
//                              = FULL" becomes NORMAL. The product has no such switch; this changes
//                              the one statement and leaves the rest to the real SQLite.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "power_cut_disk.h"

#define EXPORTED __attribute__((visibility("default")))
// The next definition of a function, usually libc's.
#define REAL(name) ((__typeof__(&name))real(#name))

// "ENDING:N", counting down.
struct countdown {
  char ending[64];
  long left;  // 0: off
};

// A preloaded library has nobody to own its state. All of it is guarded by `lock`.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct countdown cut_at;
static struct countdown cut_after_sync;
static struct countdown fail_sync;
static struct countdown slow_sync;  // `left`: milliseconds. Fixed once started, as all below
static const char* counts_from;     // NULL: always
static const char* full_while;      // NULL: never
static const char* read_only_while;
static int kills;

static void* real(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == NULL) {
    // A program that loads SQLite late, as Python does, has it outside the list we are in.
    void* late = dlopen("libsqlite3.so.0", RTLD_LAZY | RTLD_NOLOAD);
    if (late != NULL) found = dlsym(late, name);
  }
  if (found == NULL) _exit(kDiskBroken);
  return found;
}

static void read_countdown(const char* variable, struct countdown* countdown) {
  const char* text = getenv(variable);
  const char* colon = text == NULL ? NULL : strrchr(text, ':');
  if (colon == NULL) return;
  snprintf(countdown->ending, sizeof countdown->ending, "%.*s", (int)(colon - text), text);
  countdown->left = atol(colon + 1);
}

static int reached(struct countdown* countdown, const char* path) {
  const size_t length = strlen(path), want = strlen(countdown->ending);
  if (countdown->left == 0 || length < want) return 0;
  if (strcmp(path + length - want, countdown->ending) != 0) return 0;
  return --countdown->left == 0;
}

static int exists(const char* path) { return path != NULL && access(path, F_OK) == 0; }

static int counts(void) { return counts_from == NULL || exists(counts_from); }

static _Noreturn void end_here(void) {
  if (!kills) disk_cut();
  raise(SIGKILL);
  _exit(kDiskBroken);
}

static void about_to_change(const char* path) {
  if (cut_at.left != 0 && counts() && reached(&cut_at, path)) end_here();
}

// Sets errno and says so when the disk takes no change, or none that needs room.
static int is_refused(int needs_room) {
  if (exists(read_only_while)) {
    errno = EROFS;
    return 1;
  }
  if (needs_room && exists(full_while)) {
    errno = ENOSPC;
    return 1;
  }
  return 0;
}

static void* wait_for_path(void* path) {
  while (access(path, F_OK) != 0) usleep(500);
  pthread_mutex_lock(&lock);
  end_here();
}

static void watch(const char* path) {
  // The process's own way with signals must not meet our thread.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_for_path, (void*)path) != 0) _exit(kDiskBroken);
  pthread_detach(thread);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

__attribute__((constructor)) static void start(void) {
  const char* directory = getenv("MOADON_POWERCUT_DIR");
  char* whole = directory == NULL ? NULL : realpath(directory, NULL);
  if (whole == NULL) return;
  const char* seed = getenv("MOADON_POWERCUT_SEED");
  const char* when = getenv("MOADON_POWERCUT_WHEN");
  read_countdown("MOADON_POWERCUT_AT", &cut_at);
  read_countdown("MOADON_POWERCUT_AFTER_SYNC", &cut_after_sync);
  read_countdown("MOADON_POWERCUT_FAIL_SYNC", &fail_sync);
  read_countdown("MOADON_POWERCUT_SLOW_SYNC", &slow_sync);
  counts_from = getenv("MOADON_POWERCUT_FROM");
  full_while = getenv("MOADON_POWERCUT_FULL");
  read_only_while = getenv("MOADON_POWERCUT_READ_ONLY");
  kills = getenv("MOADON_POWERCUT_KILL") != NULL;
  disk_open(whole, seed == NULL ? 1 : (unsigned)strtoul(seed, NULL, 10));
  free(whole);
  if (when != NULL) watch(when);
}

__attribute__((destructor)) static void stop(void) {
  if (getenv("MOADON_POWERCUT_DIR") == NULL || getenv("MOADON_POWERCUT_AT_EXIT") == NULL) return;
  pthread_mutex_lock(&lock);
  disk_cut();
}

// Data.

EXPORTED ssize_t pwrite64(int fd, const void* bytes, size_t length, off64_t offset) {
  pthread_mutex_lock(&lock);
  const int file = disk_file(fd);
  if (file >= 0) {
    about_to_change(disk_path(file));
    struct stat status;
    const int grows = fstat(fd, &status) == 0 && offset + (off64_t)length > status.st_size;
    if (is_refused(grows)) {
      pthread_mutex_unlock(&lock);
      return -1;
    }
    disk_before_write(file, offset, bytes, length);
  }
  const ssize_t done = REAL(pwrite64)(fd, bytes, length, offset);
  if (file >= 0) disk_after_write(length, done);
  pthread_mutex_unlock(&lock);
  return done;
}

EXPORTED ssize_t pwrite(int fd, const void* bytes, size_t length, off_t offset) {
  return pwrite64(fd, bytes, length, offset);
}

EXPORTED ssize_t write(int fd, const void* bytes, size_t length) {
  pthread_mutex_lock(&lock);
  const int file = disk_file(fd);
  if (file < 0) {
    // Sockets and pipes may make their writer wait.
    pthread_mutex_unlock(&lock);
    return REAL(write)(fd, bytes, length);
  }
  about_to_change(disk_path(file));
  if (is_refused(1)) {
    pthread_mutex_unlock(&lock);
    return -1;
  }
  const int appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  disk_before_write(file, lseek(fd, 0, appends ? SEEK_END : SEEK_CUR), bytes, length);
  const ssize_t done = REAL(write)(fd, bytes, length);
  disk_after_write(length, done);
  pthread_mutex_unlock(&lock);
  return done;
}

EXPORTED ssize_t writev(int fd, const struct iovec* parts, int count) {
  pthread_mutex_lock(&lock);
  const int file = disk_file(fd);
  pthread_mutex_unlock(&lock);
  if (file < 0) return REAL(writev)(fd, parts, count);
  ssize_t sum = 0;
  for (int i = 0; i < count; ++i) {
    const ssize_t done = write(fd, parts[i].iov_base, parts[i].iov_len);
    if (done < 0) return sum > 0 ? sum : done;
    sum += done;
    if (done < (ssize_t)parts[i].iov_len) break;
  }
  return sum;
}

EXPORTED int ftruncate64(int fd, off64_t size) {
  pthread_mutex_lock(&lock);
  const int file = disk_file(fd);
  if (file >= 0) {
    about_to_change(disk_path(file));
    if (is_refused(0)) {
      pthread_mutex_unlock(&lock);
      return -1;
    }
    disk_before_resize(file, size);
  }
  const int result = REAL(ftruncate64)(fd, size);
  pthread_mutex_unlock(&lock);
  return result;
}

EXPORTED int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

// When, for the test, by the clock that Python calls monotonic.
static void say_sync_failed(const char* path) {
  struct timespec now;
  char line[PATH_MAX + 80];
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int length = snprintf(line, sizeof line, "power cut: sync_failed=%ld.%09ld file=%s\n",
                              (long)now.tv_sec, now.tv_nsec, path);
  if (REAL(write)(STDERR_FILENO, line, (size_t)length) < 0) _exit(kDiskBroken);
}

static ssize_t unless_off(ssize_t result) {
  while (disk_is_off()) pause();
  return result;
}

EXPORTED ssize_t read(int fd, void* bytes, size_t length) {
  return unless_off(REAL(read)(fd, bytes, length));
}

EXPORTED ssize_t pread(int fd, void* bytes, size_t length, off_t offset) {
  return unless_off(REAL(pread)(fd, bytes, length, offset));
}

EXPORTED ssize_t pread64(int fd, void* bytes, size_t length, off64_t offset) {
  return unless_off(REAL(pread64)(fd, bytes, length, offset));
}

// Others go on meanwhile: a slow disk holds up who waits for it.
static void wait_as_slow(int fd) {
  if (slow_sync.left == 0) return;
  pthread_mutex_lock(&lock);
  const int file = disk_file(fd);
  const char* const path = file >= 0 ? disk_path(file) : "";
  const size_t length = strlen(path), want = strlen(slow_sync.ending);
  const int is_slow = file >= 0 && length >= want &&
                      strcmp(path + length - want, slow_sync.ending) == 0 && counts();
  pthread_mutex_unlock(&lock);
  if (is_slow) usleep((useconds_t)slow_sync.left * 1000);
}

static int sync_file(int fd, int (*sync)(int)) {
  struct stat status;
  wait_as_slow(fd);
  pthread_mutex_lock(&lock);
  const int file = disk_file(fd);
  int result = 0;
  if (file >= 0) {
    about_to_change(disk_path(file));
    if (reached(&fail_sync, disk_path(file))) {
      disk_sync_failed(file);
      say_sync_failed(disk_path(file));
      errno = EIO;
      result = -1;
    }
  }
  if (result == 0) result = sync(fd);
  if (result == 0 && file >= 0) {
    disk_synced(file);
    if (cut_after_sync.left != 0 && counts() && reached(&cut_after_sync, disk_path(file))) {
      end_here();
    }
  }
  if (result == 0 && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    disk_directory_synced(fd);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

EXPORTED int fsync(int fd) { return sync_file(fd, REAL(fsync)); }
EXPORTED int fdatasync(int fd) { return sync_file(fd, REAL(fdatasync)); }

// Names.

static int open_at(int folder, const char* path, int flags, mode_t mode) {
  __typeof__(&openat64) next = REAL(openat64);
  const int changes = (flags & (O_CREAT | O_TRUNC)) != 0 && disk_holds(path);
  if (!changes || (folder != AT_FDCWD && path[0] != '/')) return next(folder, path, flags, mode);
  pthread_mutex_lock(&lock);
  const int is_new = access(path, F_OK) != 0;
  about_to_change(path);
  if (is_refused(is_new)) {
    pthread_mutex_unlock(&lock);
    return -1;
  }
  const int fd = next(folder, path, flags & ~O_TRUNC, mode);
  if (fd >= 0 && is_new) disk_created(path);
  pthread_mutex_unlock(&lock);
  if (fd >= 0 && !is_new && (flags & O_TRUNC) != 0 && ftruncate64(fd, 0) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

static mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name, parameters, folder)             \
  EXPORTED int name parameters {                   \
    va_list arguments;                             \
    va_start(arguments, flags);                    \
    const mode_t mode = mode_of(flags, arguments); \
    va_end(arguments);                             \
    return open_at(folder, path, flags, mode);     \
  }

OPEN(open, (const char* path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char* path, int flags, ...), AT_FDCWD)
OPEN(openat, (int folder, const char* path, int flags, ...), folder)
OPEN(openat64, (int folder, const char* path, int flags, ...), folder)

EXPORTED int unlink(const char* path) {
  if (!disk_holds(path)) return REAL(unlink)(path);
  pthread_mutex_lock(&lock);
  if (access(path, F_OK) == 0) {
    about_to_change(path);
    if (is_refused(0)) {
      pthread_mutex_unlock(&lock);
      return -1;
    }
    disk_before_unlink(path);
  }
  const int result = REAL(unlink)(path);
  pthread_mutex_unlock(&lock);
  return result;
}

EXPORTED int rename(const char* from, const char* to) {
  if (!disk_holds(from) || !disk_holds(to)) return REAL(rename)(from, to);
  pthread_mutex_lock(&lock);
  if (access(from, F_OK) == 0) {
    about_to_change(to);
    if (is_refused(0)) {
      pthread_mutex_unlock(&lock);
      return -1;
    }
    disk_before_rename(from, to);
  }
  const int result = REAL(rename)(from, to);
  pthread_mutex_unlock(&lock);
  return result;
}

// The control.

struct sqlite3;
typedef int row_function(void*, int, char**, char**);
int sqlite3_exec(struct sqlite3*, const char*, row_function*, void*, char**);

EXPORTED int sqlite3_exec(struct sqlite3* database, const char* sql, row_function* row,
                          void* argument, char** message) {
  const char* wanted = getenv("MOADON_POWERCUT_SYNCHRONOUS");
  if (wanted != NULL && strcmp(sql, "PRAGMA synchronous = FULL") == 0) {
    static const char said[] = "power cut: synchronous = NORMAL\n";
    if (strcmp(wanted, "NORMAL") != 0 || write(STDERR_FILENO, said, sizeof said - 1) < 0) {
      _exit(kDiskBroken);
    }
    sql = "PRAGMA synchronous = NORMAL";
  }
  return REAL(sqlite3_exec)(database, sql, row, argument, message);
}
