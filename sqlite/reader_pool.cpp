#include "sqlite/reader_pool.h"

#include "sqlite/transaction.h"

namespace moadon::sqlite {

absl::StatusOr<std::unique_ptr<ReaderPool>> ReaderPool::open(const std::string& path, int count,
                                                             ConnectionOptions options) {
  if (count < 1) return absl::InvalidArgumentError("a reader pool needs a reader");
  options.access = Access::kReader;
  std::unique_ptr<ReaderPool> pool(new ReaderPool(count));
  for (int i = 0; i < count; ++i) {
    auto connection = Connection::open(path, options);
    if (!connection.ok()) return connection.status();
    pool->give_back(*std::move(connection));
  }
  return pool;
}

ReaderLease ReaderPool::lease() {
  absl::MutexLock lock(&mutex_, absl::Condition(this, &ReaderPool::has_idle));
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return ReaderLease(*this, std::move(connection));
}

absl::StatusOr<ReaderLease> ReaderPool::lease_snapshot() {
  ReaderLease leased = lease();
  absl::Status begun = leased->statement(kBeginDeferred).execute();
  if (!begun.ok()) return begun;
  return leased;
}

absl::StatusOr<std::vector<ReaderLease>> ReaderPool::lease_snapshots(int count) {
  if (count < 1 || count > count_) return absl::InvalidArgumentError("no such number of readers");
  std::vector<ReaderLease> leased;
  leased.reserve(count);
  {
    const auto enough_idle = [this, count]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return static_cast<int>(idle_.size()) >= count;
    };
    absl::MutexLock lock(&mutex_, absl::Condition(&enough_idle));
    for (int i = 0; i < count; ++i) {
      leased.push_back(ReaderLease(*this, std::move(idle_.back())));
      idle_.pop_back();
    }
  }
  for (ReaderLease& reader : leased) {
    absl::Status begun = reader->statement(kBeginDeferred).execute();
    if (!begun.ok()) return begun;
  }
  return leased;
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  connection->abandon_transaction();
  absl::MutexLock lock(&mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace moadon::sqlite
