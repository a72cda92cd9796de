#include "server/operations/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"

namespace moadon {
namespace {

absl::Status failed(absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(doing, " ", path));
}

absl::Status sync_directory_of(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  const int file = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("open", directory);
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced ? absl::OkStatus() : failed("sync", directory);
}

}  // namespace

absl::Status write_secret_file(const std::string& path, absl::string_view token) {
  const std::string next = path + ".next";
  const int file = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("create", next);
  const std::string line = absl::StrCat(token, "\n");
  const bool written =
      ::fchmod(file, 0600) == 0 &&
      ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
      ::fsync(file) == 0;
  const absl::Status wrote = written ? absl::OkStatus() : failed("write", next);
  ::close(file);
  if (!wrote.ok()) return wrote;
  if (std::rename(next.c_str(), path.c_str()) != 0) return failed("rename", next);
  return sync_directory_of(path);
}

}  // namespace moadon
