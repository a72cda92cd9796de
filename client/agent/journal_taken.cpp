#include "client/agent/journal_taken.h"

#include <algorithm>
#include <optional>

#include "client/agent/hold.h"
#include "client/agent/journal_offline_rows.h"
#include "rules/calendar.h"
#include "rules/money.h"

namespace moadon::agent {
namespace {

using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kUses{"SELECT sequence, member_id, used FROM offline_use WHERE register_id = $1"};
constexpr Sql kHeldUses{
    "SELECT request_id, offline_member_id, offline_use, hold_id FROM hold WHERE register_id = $1 "
    "AND state = 2 AND offline_member_id IS NOT NULL AND expire_time_us > $2 "
    "AND expire_time_us <= $3"};
constexpr Sql kMemberLeases{
    "SELECT member_id, grant_id, lease FROM right_lease WHERE register_id = $1 AND member_id = "
    "$2"};
constexpr Sql kLeases{
    "SELECT member_id, grant_id, lease FROM right_lease WHERE register_id = $1 "
    "ORDER BY member_id, grant_id"};
constexpr Sql kSlices{
    "SELECT benefit_id, slice FROM budget_slice WHERE register_id = $1 ORDER BY benefit_id"};

void add(Taken& taken, const std::string& member_id, const std::optional<std::string>& plain) {
  v1::OfflineTerms used;
  if (!plain || !used.ParseFromString(*plain)) {
    taken.is_altered = true;
    return;
  }
  taken.amount_minor = std::min(
      kMaxSumMinor, taken.amount_minor + std::min(kMaxSumMinor, used.amount_limit_minor()));
  if (serves_member(used)) taken.member_ids.insert(member_id);
  for (const std::string& grant_id : used.leased_grant_ids()) {
    taken.grants.emplace(member_id, grant_id);
  }
  taken.slices.insert(taken.slices.end(), used.slices().begin(), used.slices().end());
}

absl::Status add_sales(Connection& connection, const JournalSeal& seal,
                       const std::string& register_id, Taken& taken) {
  Statement read = connection.statement(kUses);
  read.bind_all(register_id);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok() || !*row) return row.status();
    const std::string member_id(read.text(1));
    add(taken, member_id,
        seal.open(read.blob(2),
                  text_of({"offline_use", register_id, member_id, std::to_string(read.int64(0))})));
  }
}

absl::Status add_holds(Connection& connection, const JournalSeal& seal,
                       const std::string& register_id, int64_t latest_us,
                       const std::string& but_hold_id, Taken& taken) {
  Statement read = connection.statement(kHeldUses);
  // One made while the clock ran ahead would stand for too long.
  read.bind_all(register_id, latest_us, latest_us + kLocalHoldLifeUs);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok() || !*row) return row.status();
    if (!but_hold_id.empty() && read.text(3) == but_hold_id) continue;
    const std::string member_id(read.text(1));
    add(taken, member_id,
        seal.open(read.blob(2), text_of({"hold", register_id, member_id, read.text(0)})));
  }
}

// Leases in the rows of a statement; altered ones are none.
absl::StatusOr<std::vector<v1::LeasedRight>> leases_in(Statement& read, const JournalSeal& seal,
                                                       const std::string& register_id) {
  std::vector<v1::LeasedRight> leases;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return leases;
    const auto plain =
        seal.open(read.blob(2), text_of({"right_lease", register_id, read.text(0), read.text(1)}));
    v1::LeasedRight lease;
    if (plain && lease.ParseFromString(*plain)) leases.push_back(std::move(lease));
  }
}

}  // namespace

absl::StatusOr<Taken> taken_at(Connection& connection, const JournalSeal& seal,
                               const std::string& register_id, int64_t latest_us,
                               const std::string& but_hold_id) {
  Taken taken;
  absl::Status added = add_sales(connection, seal, register_id, taken);
  if (added.ok()) {
    added = add_holds(connection, seal, register_id, latest_us, but_hold_id, taken);
  }
  if (!added.ok()) return added;
  return taken;
}

absl::StatusOr<std::vector<v1::LeasedRight>> leases_of(Connection& connection,
                                                       const JournalSeal& seal,
                                                       const std::string& register_id) {
  Statement read = connection.statement(kLeases);
  read.bind_all(register_id);
  return leases_in(read, seal, register_id);
}

absl::StatusOr<std::vector<v1::BudgetSlice>> slices_of(Connection& connection,
                                                       const JournalSeal& seal,
                                                       const std::string& register_id) {
  Statement read = connection.statement(kSlices);
  read.bind_all(register_id);
  std::vector<v1::BudgetSlice> slices;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return slices;
    const auto plain =
        seal.open(read.blob(1), text_of({"budget_slice", register_id, "", read.text(0)}));
    v1::BudgetSlice slice;
    if (plain && slice.ParseFromString(*plain)) slices.push_back(std::move(slice));
  }
}

absl::StatusOr<std::vector<v1::LeasedRight>> leases_of_member(Connection& connection,
                                                              const JournalSeal& seal,
                                                              const std::string& register_id,
                                                              const std::string& member_id) {
  Statement read = connection.statement(kMemberLeases);
  read.bind_all(register_id, member_id);
  return leases_in(read, seal, register_id);
}

bool has_ended(const google::protobuf::Timestamp& end, int64_t latest_us) {
  return time_us_of(end, "end_time").value_or(0) <= latest_us;
}

}  // namespace moadon::agent
