#include "client/agent/file_shredder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/strings/str_cat.h"

namespace moadon::agent {
namespace {

constexpr size_t kBlockBytes = 1024 * 1024;

absl::Status overwrite(int file, absl::FunctionRef<bool()> goes_on) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return absl::ErrnoToStatus(errno, "measure");
  const std::vector<char> zeros(kBlockBytes);
  for (int64_t left = facts.st_size; left > 0;) {
    if (!goes_on()) return absl::CancelledError("the agent stops");
    const ssize_t written =
        ::write(file, zeros.data(), std::min<size_t>(zeros.size(), static_cast<size_t>(left)));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, "overwrite");
    left -= written;
  }
  return ::fsync(file) == 0 ? absl::OkStatus() : absl::ErrnoToStatus(errno, "sync");
}

}  // namespace

absl::Status shred_file(const std::string& path, absl::FunctionRef<bool()> goes_on) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0 && errno == ENOENT) return absl::OkStatus();
  absl::Status done =
      file < 0 ? absl::ErrnoToStatus(errno, absl::StrCat("open ", path)) : overwrite(file, goes_on);
  if (file >= 0) ::close(file);
  if (absl::IsCancelled(done)) return done;
  // Removed even where it could not be overwritten.
  if (::unlink(path.c_str()) != 0)
    done.Update(absl::ErrnoToStatus(errno, absl::StrCat("remove ", path)));
  return done;
}

}  // namespace moadon::agent
