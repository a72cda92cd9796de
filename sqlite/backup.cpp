#include "sqlite/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace moadon::sqlite {
namespace {

absl::Status sync_path(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
  const bool synced = ::fsync(file) == 0;
  const int sync_errno = errno;
  ::close(file);
  return synced ? absl::OkStatus() : absl::ErrnoToStatus(sync_errno, absl::StrCat("sync ", path));
}

}  // namespace

absl::Status back_up(Connection& connection, const std::string& path) {
  const std::string partial = absl::StrCat(path, ".partial");
  std::error_code ignored;  // what matters is whether VACUUM finds the name free
  std::filesystem::remove(partial, ignored);
  absl::Status copied = connection.exec(
      absl::StrCat("VACUUM INTO '", absl::StrReplaceAll(partial, {{"'", "''"}}), "'"));
  // VACUUM INTO does not sync what it writes.
  if (copied.ok()) copied = sync_path(partial);
  if (!copied.ok()) {
    std::filesystem::remove(partial, ignored);
    return copied;
  }
  if (std::rename(partial.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("rename ", partial));
  }
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return sync_path(directory.empty() ? "." : directory);
}

}  // namespace moadon::sqlite
