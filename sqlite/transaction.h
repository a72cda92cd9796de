// Transactions and savepoints that are rolled back unless they are committed.
//
// Threads: those of the connection. A transaction must end before its connection does.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sqlite/connection.h"

namespace moadon::sqlite {

inline constexpr Sql kBeginDeferred{"BEGIN"};
inline constexpr Sql kBeginImmediate{"BEGIN IMMEDIATE"};
inline constexpr Sql kCommit{"COMMIT"};
inline constexpr Sql kRollback{"ROLLBACK"};
// One name serves every depth: SQLite takes the innermost savepoint of a name.
inline constexpr Sql kSavepoint{"SAVEPOINT nested"};
inline constexpr Sql kReleaseSavepoint{"RELEASE nested"};
inline constexpr Sql kRollbackToSavepoint{"ROLLBACK TO nested"};

// A transaction, from begin() to commit() or destruction.
class Transaction final {
 public:
  enum class Kind {
    kRead,   // one snapshot for several statements, taken by the first of them
    kWrite,  // takes the write lock at once
  };

  static absl::StatusOr<Transaction> begin(Connection& connection, Kind kind = Kind::kWrite) {
    absl::Status begun =
        connection.statement(kind == Kind::kWrite ? kBeginImmediate : kBeginDeferred).execute();
    if (!begun.ok()) return begun;
    return Transaction(connection);
  }

  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  // Rolls back, unless committed or unless SQLite has rolled back on its own.
  ~Transaction() {
    if (connection_ != nullptr) connection_->abandon_transaction();
  }

  // OK: durable (Synchronous::kFull). A fatal error (is_fatal): unknown whether it is. Any other
  // error: it is not, and the transaction is rolled back when this object goes.
  absl::Status commit() {
    absl::Status committed = connection_->statement(kCommit).execute();
    if (committed.ok()) connection_ = nullptr;
    return committed;
  }

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;  // null: ended, or moved from
};

// A part of the open transaction that can be undone alone. Nests.
class Savepoint final {
 public:
  static absl::StatusOr<Savepoint> begin(Connection& connection) {
    absl::Status begun = connection.statement(kSavepoint).execute();
    if (!begun.ok()) return begun;
    return Savepoint(connection);
  }

  Savepoint(Savepoint&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Savepoint& operator=(Savepoint&&) = delete;
  ~Savepoint() { (void)roll_back(); }

  // Keeps the part; it lasts if the transaction does.
  absl::Status release() {
    return std::exchange(connection_, nullptr)->statement(kReleaseSavepoint).execute();
  }

  // Undoes the part; does nothing after release() or when SQLite has ended the transaction itself.
  absl::Status roll_back() {
    Connection* connection = std::exchange(connection_, nullptr);
    if (connection == nullptr || !connection->in_transaction()) return absl::OkStatus();
    absl::Status undone = connection->statement(kRollbackToSavepoint).execute();
    if (!undone.ok()) return undone;
    return connection->statement(kReleaseSavepoint).execute();
  }

 private:
  explicit Savepoint(Connection& connection) : connection_(&connection) {}

  Connection* connection_;  // null: ended, or moved from
};

}  // namespace moadon::sqlite
