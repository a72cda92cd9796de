// The disk of power_cut_shim.c: what was written to it, what of that a power cut may undo.
//
// The files really hold everything that was written. This module remembers, for every change that
// no sync has made durable yet, what was there before; the cut takes changes back.
//
// Threads: one at a time; the shim holds its lock around every call. Errors of the model itself
// (no memory, a file that cannot be read back) end the process with kDiskBroken.
#pragma once

#include <stddef.h>
#include <sys/types.h>

enum { kDiskBroken = 98, kDiskCut = 99, kSectorBytes = 512, kMaxFiles = 256 };

// Serves the files under `directory` (an absolute path without links); `seed` decides every fate.
void disk_open(const char* directory, unsigned seed);

// The file behind `fd`, from 0, or -1 when it is not one of the disk's.
int disk_file(int fd);
// Its path when it was first met; valid for ever.
const char* disk_path(int file);
// Whether the path of a name that is to change is on the disk.
int disk_holds(const char* path);

// Before `length` bytes at `offset` are written; remembers what they replace.
void disk_before_write(int file, off_t offset, const void* bytes, size_t length);
// Before the file gets another size.
void disk_before_resize(int file, off_t size);
// After a write that failed or was short by `length - written` bytes: forgets that part.
void disk_after_write(size_t length, ssize_t written);

// A sync of the file succeeded: what was written to it is durable. Not what a failed sync left.
void disk_synced(int file);
// A sync of the file failed: the kernel forgets what was dirty, and no later sync brings it to
// disk.
void disk_sync_failed(int file);

// After a name was made; before it is removed or replaced. Durable with a sync of its directory.
void disk_created(const char* path);
void disk_before_unlink(const char* path);
void disk_before_rename(const char* from, const char* to);
void disk_directory_synced(int fd);

// Leaves the files as a power cut would, says so on stderr in one line, and ends the process with
// kDiskCut.
_Noreturn void disk_cut(void);

// Whether the cut has begun: what is read from now on may be the cut's own work. From any thread.
int disk_is_off(void);
