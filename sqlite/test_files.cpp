#include "sqlite/test_files.h"

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace moadon::sqlite {
namespace {

constexpr int kPageBytes = 4'096;

// A file of ours is this head followed by the default file system's own file.
struct FaultyFile {
  sqlite3_file head;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<FaultyFile*>(file)->real(); }

int close_file(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
int read_file(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  return real(file)->pMethods->xRead(real(file), data, size, offset);
}
int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  ++faults().writes;
  if (!faults().disk_is_full) return real(file)->pMethods->xWrite(real(file), data, size, offset);
  if (!faults().pages_are_kept_when_full) return SQLITE_FULL;
  const int code = real(file)->pMethods->xWrite(real(file), data, size, offset);
  return code == SQLITE_OK && size >= kPageBytes ? SQLITE_FULL : code;
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return real(file)->pMethods->xTruncate(real(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
  ++faults().syncs;
  if (faults().syncs_fail) return SQLITE_IOERR_FSYNC;
  return real(file)->pMethods->xSync(real(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int check_reserved_lock(sqlite3_file* file, int* result) {
  return real(file)->pMethods->xCheckReservedLock(real(file), result);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** mapped) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, mapped);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void shared_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

constexpr sqlite3_io_methods kMethods = {
    /*iVersion=*/2,       close_file,          read_file,    write_file,
    truncate_file,        sync_file,           file_size,    lock_file,
    unlock_file,          check_reserved_lock, file_control, sector_size,
    characteristics,      map_shared,          lock_shared,  shared_barrier,
    unmap_shared,
    /*xFetch=*/nullptr,
    /*xUnfetch=*/nullptr,
};

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
              int* out_flags) {
  auto* original = static_cast<sqlite3_vfs*>(vfs->pAppData);
  sqlite3_file* inner = real(file);
  const int code = original->xOpen(original, name, inner, flags, out_flags);
  file->pMethods = inner->pMethods != nullptr ? &kMethods : nullptr;
  return code;
}

sqlite3_vfs make_faulty_vfs() {
  sqlite3_vfs* original = sqlite3_vfs_find(nullptr);
  sqlite3_vfs vfs = *original;
  vfs.pNext = nullptr;
  vfs.zName = kFaultyVfs;
  vfs.szOsFile += static_cast<int>(sizeof(FaultyFile));
  vfs.pAppData = original;
  vfs.xOpen = open_file;
  return vfs;
}

}  // namespace

TestDirectory::TestDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "moadon-sqlite-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

TestDirectory::~TestDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Faults& faults() {
  static Faults faults;
  return faults;
}

void register_faulty_vfs() {
  static sqlite3_vfs vfs = make_faulty_vfs();
  if (sqlite3_vfs_find(kFaultyVfs) == nullptr) sqlite3_vfs_register(&vfs, /*makeDflt=*/0);
  faults().syncs_fail = false;
  faults().disk_is_full = false;
  faults().pages_are_kept_when_full = false;
  faults().syncs = 0;
  faults().writes = 0;
}

}  // namespace moadon::sqlite
