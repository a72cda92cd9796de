#include "client/agent/journal_reserve.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

// A page of the file, of its index and of the log are written for each row of an entry.
constexpr int64_t kBytesWrittenPerByte = 4;

// What an ordinary program may still write beside `path`. A disk that does not say has room.
int64_t free_bytes_at(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  struct statvfs disk = {};
  if (statvfs(folder.empty() ? "." : folder.c_str(), &disk) != 0) {
    return std::numeric_limits<int64_t>::max();
  }
  return static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
}

bool is_whole(const std::string& path, int64_t bytes) {
  constexpr int64_t kBlockBytes = 512;  // of st_blocks, whatever the disk's are
  struct stat file = {};
  return stat(path.c_str(), &file) == 0 && file.st_size >= bytes &&
         static_cast<int64_t>(file.st_blocks) * kBlockBytes >= bytes;
}

// 0, or the error.
int write_reserve(const std::string& path, int64_t bytes) {
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return errno;
  const int error = posix_fallocate(file, 0, bytes);
  close(file);
  if (error != 0) unlink(path.c_str());
  return error;
}

}  // namespace

JournalReserve::JournalReserve(std::string path, int64_t journal_limit_bytes, int64_t reserve_bytes)
    : path_(std::move(path)),
      limit_bytes_(journal_limit_bytes),
      reserve_bytes_(reserve_bytes),
      is_used_(!is_whole(path_, reserve_bytes)) {}

void JournalReserve::refill(int64_t journal_bytes) {
  if (journal_bytes >= limit_bytes_) {
    release();
    return;
  }
  absl::MutexLock lock(&mutex_);
  if (!is_whole(path_, reserve_bytes_)) {
    const int64_t needed_bytes = reserve_bytes_ + 2 * kDiskMarginBytes + log_growth_bytes_;
    if (free_bytes_at(path_) < needed_bytes) return;
    const int error = write_reserve(path_, reserve_bytes_);
    if (error != 0) {
      spdlog::warn("event=reserve_not_filled message=\"{}\"",
                   absl::Utf8SafeCEscape(std::strerror(error)));
      return;
    }
  }
  is_used_ = false;
}

bool JournalReserve::keep_margin() {
  const int64_t needed_bytes = kDiskMarginBytes + log_growth_bytes_;
  const int64_t free_bytes = free_bytes_at(path_);
  if (free_bytes < needed_bytes) release();
  return is_used_ || free_bytes < needed_bytes + reserve_bytes_;
}

absl::Status JournalReserve::make_room(int64_t journal_bytes, int64_t entry_bytes) {
  const int64_t needed_bytes =
      kDiskMarginBytes + log_growth_bytes_ + kBytesWrittenPerByte * entry_bytes;
  const int64_t grown_bytes = journal_bytes + entry_bytes;
  if (grown_bytes <= limit_bytes_ && free_bytes_at(path_) >= needed_bytes) return absl::OkStatus();
  release();
  if (grown_bytes <= limit_bytes_ + reserve_bytes_ && free_bytes_at(path_) >= needed_bytes) {
    return absl::OkStatus();
  }
  return full();
}

absl::Status JournalReserve::full() const {
  const std::string limit = absl::StrCat(limit_bytes_);
  return refuse(v1::REASON_JOURNAL_FULL,
                "the disk is full, or the journal has reached its size; nothing was stored",
                {{"limit", limit}});
}

bool JournalReserve::has_spare(int64_t bytes) const {
  return !is_used_ && free_bytes_at(path_) >= 2 * kDiskMarginBytes + log_growth_bytes_ + bytes;
}

void JournalReserve::release() {
  absl::MutexLock lock(&mutex_);
  const int error = unlink(path_.c_str()) == 0 ? 0 : errno;
  if (is_used_.exchange(true)) return;
  if (error != 0 && error != ENOENT) {
    spdlog::error("event=reserve_not_released message=\"{}\"",
                  absl::Utf8SafeCEscape(std::strerror(error)));
    return;
  }
  spdlog::error(
      "event=journal_reserve_used message=\"the disk is full, or the journal has reached"
      " its size: make room\"");
}

}  // namespace moadon::agent
