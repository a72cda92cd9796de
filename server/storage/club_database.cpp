#include "server/storage/club_database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "moadon_storage_migrations.h"
#include "sqlite/migrations.h"

namespace moadon {
namespace {

// Page caches, within a server that stays under 200 MB. The writer goes on with the pages that it
// has just written; readers of a large club find theirs in the system's cache anyway, and keep
// what is near the roots of the trees.
constexpr int kWriterCacheKib = 32 * 1024;
constexpr int kReaderCacheKib = 4 * 1024;

// Personal details are nobody else's business: SQLite gives its other files the mode of this one.
absl::Status make_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
  const bool done = ::fchmod(file, 0600) == 0;
  const absl::Status status =
      done ? absl::OkStatus() : absl::ErrnoToStatus(errno, absl::StrCat("chmod ", path));
  ::close(file);
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClubDatabase>> ClubDatabase::open(
    const std::string& directory, sqlite::GroupCommit::FailureHandler on_failure) {
  absl::StatusOr<sqlite::DataLock> lock = sqlite::DataLock::acquire(directory);
  if (!lock.ok()) return lock.status();
  const std::string path = absl::StrCat(directory, "/", kClubFileName);
  const absl::Status made = make_private(path);
  if (!made.ok()) return made;
  sqlite::ConnectionOptions options;
  options.cache_kib = kWriterCacheKib;
  absl::StatusOr<std::unique_ptr<sqlite::Connection>> connection =
      sqlite::open_migrated(path, {kClubApplicationId, moadon_storage_migrations()}, options);
  if (!connection.ok()) return connection.status();
  options.cache_kib = kReaderCacheKib;
  absl::StatusOr<std::unique_ptr<sqlite::ReaderPool>> readers =
      sqlite::ReaderPool::open(path, sqlite::kReaders, options);
  if (!readers.ok()) return readers.status();
  auto writer =
      std::make_unique<sqlite::GroupCommit>(*std::move(connection), std::move(on_failure));
  return absl::WrapUnique(
      new ClubDatabase(*std::move(lock), std::move(writer), *std::move(readers)));
}

}  // namespace moadon
