#include "client/agent/journal_served.h"

#include <string>
#include <vector>

#include "client/agent/journal_offline_rows.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kKeep{
    "INSERT INTO served_member (register_id, member_id, served_time_us, proof) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT (register_id, member_id) "
    "DO UPDATE SET served_time_us = excluded.served_time_us, proof = excluded.proof"};
// So that what is kept of the time tells nearly when a row was written that is altered later.
constexpr Sql kHearTime{
    "INSERT INTO clock (clock_id, latest_us, boot_id, server_offset_us) VALUES (1, $1, '', 0) "
    "ON CONFLICT (clock_id) DO UPDATE SET latest_us = max(latest_us, excluded.latest_us)"};
constexpr Sql kFind{
    "SELECT 1 FROM served_member "
    "WHERE register_id = $1 AND member_id IN ('', $2) AND served_time_us >= $3"};
constexpr Sql kForget{"DELETE FROM served_member WHERE served_time_us < $1"};

constexpr Sql kAll{"SELECT register_id, member_id, served_time_us, proof FROM served_member"};
constexpr Sql kForgetOne{"DELETE FROM served_member WHERE register_id = $1 AND member_id = $2"};
constexpr Sql kRegisters{"SELECT register_id FROM register"};
constexpr Sql kLatest{
    "SELECT max(time_us) FROM (SELECT latest_us AS time_us FROM clock "
    "UNION ALL SELECT served_time_us FROM served_member)"};

// The proof opens only in exactly this row.
std::string place_of(const ServedMember& served) {
  return text_of({"served_member", served.register_id, served.member_id,
                  std::to_string(served.served_time_us)});
}

absl::StatusOr<std::vector<ServedMember>> altered_rows(Connection& connection,
                                                       const JournalSeal& seal) {
  std::vector<ServedMember> altered;
  Statement read = connection.statement(kAll);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return altered;
    ServedMember served{std::string(read.text(0)), std::string(read.text(1)), read.int64(2)};
    if (!seal.open(read.blob(3), place_of(served))) altered.push_back(std::move(served));
  }
}

absl::StatusOr<std::vector<std::string>> all_registers(Connection& connection) {
  std::vector<std::string> register_ids;
  Statement read = connection.statement(kRegisters);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return register_ids;
    register_ids.emplace_back(read.text(0));
  }
}

// No row is altered any more.
absl::Status keep_everybody_served(Connection& connection, const JournalSeal& seal) {
  int64_t latest_us = 0;
  {
    Statement read = connection.statement(kLatest);
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (*row) latest_us = read.int64(0);
  }
  const auto register_ids = all_registers(connection);
  if (!register_ids.ok()) return register_ids.status();
  for (const std::string& register_id : *register_ids) {
    absl::Status kept = keep_served(connection, seal, {register_id, "", latest_us});
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status keep_served(Connection& connection, const JournalSeal& seal,
                         const ServedMember& served) {
  const auto proof = seal.seal("", place_of(served));
  if (!proof.ok()) return proof.status();
  Statement keep = connection.statement(kKeep);
  keep.bind_all(served.register_id, served.member_id, served.served_time_us, Blob{*proof});
  absl::Status kept = keep.execute();
  if (!kept.ok()) return kept;
  Statement hear = connection.statement(kHearTime);
  hear.bind_all(served.served_time_us);
  return hear.execute();
}

absl::StatusOr<bool> served_since(Connection& connection, const MemberServed& served) {
  if (served.member_id.empty()) return false;
  Statement find = connection.statement(kFind);
  find.bind_all(served.register_id, served.member_id, served.facts_time_us);
  return find.step();
}

absl::Status forget_served(Connection& connection, int64_t before_us) {
  Statement forget = connection.statement(kForget);
  forget.bind_all(before_us);
  return forget.execute();
}

absl::StatusOr<bool> judge_served(Connection& connection, const JournalSeal& seal) {
  const auto altered = altered_rows(connection, seal);
  if (!altered.ok()) return altered.status();
  for (const ServedMember& served : *altered) {
    Statement forget = connection.statement(kForgetOne);
    forget.bind_all(served.register_id, served.member_id);
    absl::Status forgotten = forget.execute();
    if (!forgotten.ok()) return forgotten;
  }
  if (altered->empty()) return false;
  absl::Status kept = keep_everybody_served(connection, seal);
  if (!kept.ok()) return kept;
  return true;
}

}  // namespace moadon::agent
