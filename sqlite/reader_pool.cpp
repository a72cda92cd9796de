#include "sqlite/reader_pool.h"

#include "sqlite/transaction.h"

namespace moadon::sqlite {

absl::StatusOr<std::unique_ptr<ReaderPool>> ReaderPool::open(const std::string& path, int count,
                                                             ConnectionOptions options) {
  if (count < 1) return absl::InvalidArgumentError("a reader pool needs a reader");
  options.access = Access::kReader;
  std::unique_ptr<ReaderPool> pool(new ReaderPool);
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

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  connection->abandon_transaction();
  absl::MutexLock lock(&mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace moadon::sqlite
