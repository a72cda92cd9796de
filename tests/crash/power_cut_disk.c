#define _GNU_SOURCE
#include "power_cut_disk.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { kWrite, kResize, kCreate, kUnlink, kRename };

// A change that is not durable. Of data: file, offset, sizes, bytes. Of a name: paths.
struct change {
  enum kind kind;
  int file;
  int lost_for_sync;  // a sync of it failed: no later one makes it durable
  off_t offset;
  size_t length;  // of after
  off_t size_before;
  off_t size_after;  // of a resize
  char* before;      // what the file held from offset on
  size_t before_length;
  char* after;
  dev_t device;  // of the directory of a name
  ino_t directory;
  char* path;
  char* target;  // of a rename
  char* kept;    // a link to the file that the name stood for, while nothing else names it
};

struct file {
  dev_t device;
  ino_t inode;
  int fd;  // our own, never closed: closing it would drop the process's locks on the file
  char* path;
};

// A preloaded library has nobody to own its state.
static char root[PATH_MAX];
static uint64_t random_state;
static struct file files[kMaxFiles];
static int file_count;
static struct change* changes;
static size_t change_count;
static size_t change_room;
static int kept_count;
static atomic_int is_off;  // read without the shim's lock

static _Noreturn void broken(const char* what) {
  fprintf(stderr, "power cut model broken: %s: %m\n", what);
  _exit(kDiskBroken);
}

static void* room(size_t size) {
  void* memory = malloc(size == 0 ? 1 : size);
  if (memory == NULL) broken("memory");
  return memory;
}

static char* copy_text(const char* text) {
  char* copy = strdup(text);
  if (copy == NULL) broken("memory");
  return copy;
}

// xorshift64*: good enough to decide fates, and the same everywhere.
static unsigned pick(unsigned below) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (unsigned)((random_state * 2685821657736338717ULL) >> 33) % below;
}

// Around the shim's own functions of the same names.
static void put(int fd, const char* bytes, size_t length, off_t offset) {
  while (length > 0) {
    const long done = syscall(SYS_pwrite64, fd, bytes, length, offset);
    if (done <= 0) broken("put");
    bytes += done;
    length -= (size_t)done;
    offset += done;
  }
}

static void resize(int fd, off_t size) {
  if (syscall(SYS_ftruncate, fd, size) != 0) broken("resize");
}

static off_t size_of(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) broken("size");
  return status.st_size;
}

static void remove_name(const char* path) { syscall(SYS_unlink, path); }

static int has_ending(const char* text, const char* ending) {
  const size_t length = strlen(text), want = strlen(ending);
  return length >= want && strcmp(text + length - want, ending) == 0;
}

void disk_open(const char* directory, unsigned seed) {
  snprintf(root, sizeof root, "%s/", directory);
  random_state = 0x9e3779b97f4a7c15ULL ^ ((uint64_t)seed << 17) ^ seed;
  for (int i = 0; i < 8; ++i) pick(2);
}

int disk_holds(const char* path) {
  char folder[PATH_MAX], real[PATH_MAX];
  if (root[0] == '\0') return 0;
  snprintf(folder, sizeof folder, "%s", path);
  if (realpath(dirname(folder), real) == NULL) return 0;
  strncat(real, "/", sizeof real - strlen(real) - 1);
  return strncmp(real, root, strlen(root)) == 0 && !has_ending(path, "-shm");
}

int disk_file(int fd) {
  struct stat status;
  if (root[0] == '\0' || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return -1;
  for (int i = 0; i < file_count; ++i) {
    if (files[i].inode == status.st_ino && files[i].device == status.st_dev) return i;
  }
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return -1;
  path[length] = '\0';
  // The index of the WAL is made anew after a crash.
  if (strncmp(path, root, strlen(root)) != 0 || has_ending(path, "-shm")) return -1;
  if (file_count == kMaxFiles) broken("too many files");
  const int own = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC);
  if (own < 0) broken(path);
  files[file_count] = (struct file){status.st_dev, status.st_ino, own, copy_text(path)};
  return file_count++;
}

const char* disk_path(int file) { return files[file].path; }

static struct change* add(enum kind kind) {
  if (change_count == change_room) {
    change_room = change_room == 0 ? 64 : 2 * change_room;
    changes = realloc(changes, change_room * sizeof *changes);
    if (changes == NULL) broken("memory");
  }
  struct change* change = &changes[change_count++];
  memset(change, 0, sizeof *change);
  change->kind = kind;
  change->file = -1;
  return change;
}

// Remembers the bytes of the file in [offset, end).
static void remember(struct change* change, off_t end) {
  if (end > change->size_before) end = change->size_before;
  if (end <= change->offset) return;
  change->before_length = (size_t)(end - change->offset);
  change->before = room(change->before_length);
  size_t done = 0;
  while (done < change->before_length) {
    const long got = syscall(SYS_pread64, files[change->file].fd, change->before + done,
                             change->before_length - done, change->offset + (off_t)done);
    if (got <= 0) broken("read back");
    done += (size_t)got;
  }
}

void disk_before_write(int file, off_t offset, const void* bytes, size_t length) {
  struct change* change = add(kWrite);
  change->file = file;
  change->offset = offset;
  change->length = length;
  change->size_before = size_of(files[file].fd);
  change->after = room(length);
  memcpy(change->after, bytes, length);
  remember(change, offset + (off_t)length);
}

void disk_after_write(size_t length, ssize_t written) {
  if (written == (ssize_t)length) return;
  changes[change_count - 1].length = written < 0 ? 0 : (size_t)written;
}

void disk_before_resize(int file, off_t size) {
  struct change* change = add(kResize);
  change->file = file;
  change->offset = size;
  change->size_before = size_of(files[file].fd);
  change->size_after = size;
  remember(change, change->size_before);
}

static void forget(struct change* change) {
  if (change->kept != NULL) remove_name(change->kept);
  free(change->before);
  free(change->after);
  free(change->path);
  free(change->target);
  free(change->kept);
}

void disk_synced(int file) {
  size_t left = 0;
  for (size_t i = 0; i < change_count; ++i) {
    if (changes[i].file == file && !changes[i].lost_for_sync) {
      forget(&changes[i]);
    } else {
      changes[left++] = changes[i];
    }
  }
  change_count = left;
}

void disk_sync_failed(int file) {
  for (size_t i = 0; i < change_count; ++i) {
    if (changes[i].file == file) changes[i].lost_for_sync = 1;
  }
}

static struct change* add_name(enum kind kind, const char* path) {
  struct change* change = add(kind);
  char folder[PATH_MAX];
  struct stat status;
  snprintf(folder, sizeof folder, "%s", path);
  if (stat(dirname(folder), &status) != 0) broken(path);
  change->device = status.st_dev;
  change->directory = status.st_ino;
  change->path = realpath(path, NULL);
  if (change->path == NULL) change->path = copy_text(path);
  return change;
}

// A second name for what `path` stands for, out of the way of everybody.
static char* keep(const char* path) {
  char name[PATH_MAX + 64];
  snprintf(name, sizeof name, "%.*s.power-cut-%d-%d", (int)strlen(root) - 1, root, (int)getpid(),
           kept_count++);
  return link(path, name) == 0 ? copy_text(name) : NULL;
}

void disk_created(const char* path) { add_name(kCreate, path); }

int disk_is_off(void) { return atomic_load(&is_off); }

void disk_before_unlink(const char* path) {
  struct change* change = add_name(kUnlink, path);
  change->kept = keep(path);
}

void disk_before_rename(const char* from, const char* to) {
  struct change* change = add_name(kRename, from);
  char folder[PATH_MAX], real[PATH_MAX], name[PATH_MAX], whole[2 * PATH_MAX];
  snprintf(folder, sizeof folder, "%s", to);
  snprintf(name, sizeof name, "%s", to);
  if (realpath(dirname(folder), real) == NULL) broken(to);
  snprintf(whole, sizeof whole, "%s/%s", real, basename(name));
  change->target = copy_text(whole);
  change->kept = keep(to);
}

void disk_directory_synced(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return;
  size_t left = 0;
  for (size_t i = 0; i < change_count; ++i) {
    if (changes[i].file < 0 && changes[i].directory == status.st_ino &&
        changes[i].device == status.st_dev) {
      forget(&changes[i]);
    } else {
      changes[left++] = changes[i];
    }
  }
  change_count = left;
}

static void undo_data(const struct change* change) {
  const int fd = files[change->file].fd;
  if (change->before_length > 0) {
    put(fd, change->before, change->before_length, change->offset);
  }
  resize(fd, change->size_before);
}

// Some of the sectors arrive.
static void redo_torn(const struct change* change) {
  size_t begin = 0;
  while (begin < change->length) {
    const off_t at = change->offset + (off_t)begin;
    size_t end = begin + (size_t)(kSectorBytes - at % kSectorBytes);
    if (end > change->length) end = change->length;
    if (pick(2) == 0) put(files[change->file].fd, change->after + begin, end - begin, at);
    begin = end;
  }
}

static void redo(const struct change* change) {
  if (change->kind == kResize) {
    resize(files[change->file].fd, change->size_after);
  } else {
    put(files[change->file].fd, change->after, change->length, change->offset);
  }
}

static void undo_name(const struct change* change) {
  if (change->kind == kCreate) {
    remove_name(change->path);
  } else if (change->kind == kRename) {
    syscall(SYS_rename, change->target, change->path);
    if (change->kept != NULL) syscall(SYS_rename, change->kept, change->target);
  } else if (change->kept != NULL) {
    syscall(SYS_rename, change->kept, change->path);
  }
}

enum fate { kDropped, kTorn, kKept };

// How this cut treats the `place`th of `count` changes of data: one of four kinds of bad luck.
static enum fate fate_of(unsigned luck, size_t place, size_t point) {
  switch (luck) {
    case 0:  // nothing had left the cache
      return kDropped;
    case 1:  // it left in order, up to a point
      return place < point ? kKept : place == point ? kTorn : kDropped;
    case 2:  // all but one
      return place == point ? kDropped : kKept;
    default:  // as it came
      return (enum fate)pick(3);
  }
}

_Noreturn void disk_cut(void) {
  atomic_store(&is_off, 1);
  size_t data_count = 0;
  for (size_t i = change_count; i-- > 0;) {
    if (changes[i].file < 0) continue;
    undo_data(&changes[i]);
    ++data_count;
  }
  const unsigned luck = pick(4);
  const size_t point = data_count == 0 ? 0 : pick((unsigned)data_count);
  size_t fates[3] = {0, 0, 0};
  size_t place = 0;
  for (size_t i = 0; i < change_count; ++i) {
    if (changes[i].file < 0) continue;
    enum fate fate = fate_of(luck, place++, point);
    if (fate == kTorn && changes[i].kind == kResize) fate = kDropped;
    ++fates[fate];
    if (fate == kKept) redo(&changes[i]);
    if (fate == kTorn) redo_torn(&changes[i]);
  }
  // Names change in order: what survives is a beginning of them.
  size_t name_count = 0;
  for (size_t i = 0; i < change_count; ++i) name_count += changes[i].file < 0;
  size_t undone = pick((unsigned)name_count + 1);
  const size_t names_lost = undone;
  for (size_t i = change_count; i-- > 0 && undone > 0;) {
    if (changes[i].file >= 0) continue;
    undo_name(&changes[i]);
    --undone;
  }
  for (size_t i = 0; i < change_count; ++i) {
    if (changes[i].kept != NULL) remove_name(changes[i].kept);
  }
  char line[160];
  const int length = snprintf(
      line, sizeof line, "power cut: kept=%zu torn=%zu dropped=%zu names_kept=%zu names_lost=%zu\n",
      fates[kKept], fates[kTorn], fates[kDropped], name_count - names_lost, names_lost);
  if (syscall(SYS_write, STDERR_FILENO, line, length) < 0) _exit(kDiskBroken);
  _exit(kDiskCut);
}
