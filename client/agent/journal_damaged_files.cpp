#include "client/agent/journal_damaged_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace moadon::agent {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxKept = 1000;

absl::Status remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("remove ", path));
}

absl::Status rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("rename ", from));
}

// What SQLite keeps beside a database and makes anew, or that ends with it.
absl::Status remove_beside(const std::string& path) {
  absl::Status removed = remove_file(path + "-shm");
  removed.Update(remove_file(path + "-wal"));
  removed.Update(remove_file(path + "-journal"));
  return removed;
}

bool exists(const std::string& path) {
  std::error_code unknown;
  return fs::exists(path, unknown);
}

absl::Status copy_and_sync(const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, failed);
  if (failed) return absl::UnavailableError(absl::StrCat("copy ", from, ": ", failed.message()));
  const int file = ::open(to.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = file >= 0 && ::fsync(file) == 0;
  const absl::Status status =
      is_synced ? absl::OkStatus() : absl::ErrnoToStatus(errno, absl::StrCat("sync ", to));
  if (file >= 0) ::close(file);
  return status;
}

// A second name for the file; where the file system has none, a copy.
absl::Status name_also(const std::string& from, const std::string& to) {
  if (!exists(from)) return absl::OkStatus();
  if (::link(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return copy_and_sync(from, to);
}

// When it was written last, as part of a file's name.
std::string time_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return "unknown";
  return absl::FormatTime("%Y%m%dT%H%M%SZ", absl::FromUnixSeconds(facts.st_mtim.tv_sec),
                          absl::UTCTimeZone());
}

bool is_same(const std::string& path, const std::string& other) {
  std::error_code unknown;
  return fs::equivalent(path, other, unknown);
}

}  // namespace

bool DamagedFiles::is_empty() const {
  std::error_code missing;
  return fs::file_size(path_, missing) == 0 && !missing;
}

absl::Status DamagedFiles::remove_draft() const {
  absl::Status removed = remove_beside(draft());
  removed.Update(remove_file(draft()));
  return removed;
}

absl::StatusOr<std::string> DamagedFiles::keep_damaged() const {
  const std::string stem = absl::StrCat(path_, ".damaged-", time_of(path_));
  std::string name = stem;
  for (int number = 2; exists(name) && number < kMaxKept; ++number) {
    if (is_same(path_, name)) return name;  // this was cut short before
    name = absl::StrCat(stem, "-", number);
  }
  // The log first: where the file has its name, both have.
  absl::Status named = name_also(path_ + "-wal", name + "-wal");
  if (named.ok()) named = name_also(path_ + "-journal", name + "-journal");
  if (named.ok()) named = name_also(path_, name);
  if (named.ok()) named = sync_directory();
  if (!named.ok()) return named;
  return name;
}

absl::Status DamagedFiles::remove_kept(const std::string& name) const {
  absl::Status removed = remove_beside(name);
  removed.Update(remove_file(name));
  return removed.ok() ? sync_directory() : removed;
}

absl::Status DamagedFiles::decide() const {
  absl::Status done = remove_beside(draft());
  if (done.ok()) done = rename_file(draft(), decided());
  return done.ok() ? sync_directory() : done;
}

absl::Status DamagedFiles::finish() const {
  if (!exists(decided())) return absl::OkStatus();
  absl::Status done = remove_beside(path_);
  if (done.ok()) done = rename_file(decided(), path_);
  return done.ok() ? sync_directory() : done;
}

absl::Status DamagedFiles::sync_directory() const {
  const fs::path parent = fs::path(path_).parent_path();
  const int directory =
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_synced = directory >= 0 && ::fsync(directory) == 0;
  const absl::Status status =
      is_synced ? absl::OkStatus() : absl::ErrnoToStatus(errno, "sync the journal's directory");
  if (directory >= 0) ::close(directory);
  return status;
}

}  // namespace moadon::agent
