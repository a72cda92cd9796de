// Why nothing of a register is delivered, kept for whoever looks without the agent.
#include "client/agent/journal.h"
#include "client/agent/journal_rows.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kStoreBlock{
    "INSERT INTO delivery_block (register_id, refusal) VALUES ($1, $2) "
    "ON CONFLICT (register_id) DO UPDATE SET refusal = excluded.refusal"};
constexpr Sql kForgetBlock{"DELETE FROM delivery_block WHERE register_id = $1"};
constexpr Sql kBlock{"SELECT refusal FROM delivery_block WHERE register_id = $1"};

}  // namespace

absl::Status Journal::store_block(const std::string& register_id, const absl::Status& blocked_by) {
  v1::Refusal refusal;
  *refusal.mutable_detail() = detail_of(blocked_by);
  refusal.set_message(std::string(blocked_by.message()));
  const std::string bytes = refusal.SerializeAsString();
  return writer_->run([&](Connection& connection) {
    if (blocked_by.ok()) {
      Statement forget = connection.statement(kForgetBlock);
      forget.bind_all(register_id);
      return forget.execute();
    }
    Statement store = connection.statement(kStoreBlock);
    store.bind_all(register_id, Blob{bytes});
    return store.execute();
  });
}

absl::Status add_block(Connection& connection, RegisterBacklog& backlog) {
  Statement read = connection.statement(kBlock);
  read.bind_all(backlog.register_id);
  const absl::StatusOr<bool> row = read.step();
  if (!row.ok() || !*row) return row.status();
  const std::optional<v1::Refusal> refusal = refusal_in(read, 0);
  if (!refusal) return absl::OkStatus();
  for (v1::PendingEntry& entry : backlog.entries) {
    if (entry.has_refusal()) continue;
    *entry.mutable_refusal() = refusal->detail();
    entry.set_message(refusal->message());
  }
  return absl::OkStatus();
}

}  // namespace moadon::agent
