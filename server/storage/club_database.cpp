#include "server/storage/club_database.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "moadon_storage_migrations.h"
#include "sqlite/migrations.h"

namespace moadon {
namespace {

constexpr int kWriterCacheKib = 64 * 1024;

}  // namespace

absl::StatusOr<std::unique_ptr<ClubDatabase>> ClubDatabase::open(
    const std::string& directory, sqlite::GroupCommit::FailureHandler on_failure) {
  absl::StatusOr<sqlite::DataLock> lock = sqlite::DataLock::acquire(directory);
  if (!lock.ok()) return lock.status();
  const std::string path = absl::StrCat(directory, "/", kClubFileName);
  sqlite::ConnectionOptions options;
  options.cache_kib = kWriterCacheKib;
  absl::StatusOr<std::unique_ptr<sqlite::Connection>> connection =
      sqlite::open_migrated(path, {kClubApplicationId, moadon_storage_migrations()}, options);
  if (!connection.ok()) return connection.status();
  absl::StatusOr<std::unique_ptr<sqlite::ReaderPool>> readers = sqlite::ReaderPool::open(path);
  if (!readers.ok()) return readers.status();
  auto writer =
      std::make_unique<sqlite::GroupCommit>(*std::move(connection), std::move(on_failure));
  return absl::WrapUnique(
      new ClubDatabase(*std::move(lock), std::move(writer), *std::move(readers)));
}

}  // namespace moadon
