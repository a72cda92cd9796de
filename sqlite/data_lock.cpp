#include "sqlite/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace moadon::sqlite {
namespace {

constexpr mode_t kLockFileMode = 0600;
constexpr size_t kMaxPidDigits = 20;

// "process 123", or "another process" when the holder has not written its id yet.
std::string name_of_holder(int file) {
  std::array<char, kMaxPidDigits> text{};
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  int pid = 0;
  if (size > 0 &&
      absl::SimpleAtoi(absl::string_view(text.data(), static_cast<size_t>(size)), &pid)) {
    return absl::StrCat("process ", pid);
  }
  return "another process";
}

absl::Status write_pid(int file, const std::string& path) {
  const std::string text = absl::StrCat(::getpid(), "\n");
  // Over what is there, which takes no room on a full disk.
  const auto size = static_cast<ssize_t>(text.size());
  const bool written =
      ::pwrite(file, text.data(), text.size(), 0) == size && ::ftruncate(file, size) == 0;
  return written ? absl::OkStatus() : absl::ErrnoToStatus(errno, absl::StrCat("write ", path));
}

}  // namespace

absl::StatusOr<DataLock> DataLock::acquire(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/lock");
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kLockFileMode);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
  DataLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return absl::ErrnoToStatus(errno, absl::StrCat("lock ", path));
    return absl::FailedPreconditionError(
        absl::StrCat(directory, " is in use by ", name_of_holder(file)));
  }
  absl::Status written = write_pid(file, path);
  if (!written.ok()) return written;
  return lock;
}

DataLock::DataLock(DataLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

DataLock::~DataLock() {
  // Closing the only descriptor of the file lets the lock go.
  if (file_ >= 0) ::close(file_);
}

}  // namespace moadon::sqlite
