#include "client/agent/journal_provisional_rows.h"

#include "absl/strings/str_cat.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr char kReceiptMark = '\x01';

// The name opens only in exactly this row, so that nothing of a row can be another's.
std::string name_place(const ProvisionalRow& row) {
  return absl::StrCat("provisional\ndisplay_name\n", row.provisional_id, "\n", row.register_id,
                      "\n", row.sequence, "\n", row.stands_for, "\n", row.member_id);
}

constexpr Sql kFind{
    "SELECT provisional_id, register_id, sequence, stands_for, display_name, member_id "
    "FROM provisional WHERE provisional_id = $1"};
constexpr Sql kFindByKey{
    "SELECT p.provisional_id, p.register_id, p.sequence, p.stands_for, p.display_name, p.member_id "
    "FROM provisional_key k JOIN provisional p ON p.provisional_id = k.provisional_id "
    "WHERE k.key_digest = $1 ORDER BY p.enroll_time_us, p.provisional_id"};
constexpr Sql kFindStandingFor{
    "SELECT provisional_id, register_id, sequence, stands_for, display_name, member_id "
    "FROM provisional WHERE stands_for = $1"};

absl::StatusOr<std::vector<ProvisionalRow>> rows_of(Statement& read, const JournalSeal& seal) {
  std::vector<ProvisionalRow> rows;
  while (true) {
    const absl::StatusOr<bool> found = read.step();
    if (!found.ok()) return found.status();
    if (!*found) return rows;
    ProvisionalRow row{std::string(read.text(0)),
                       std::string(read.text(1)),
                       read.int64(2),
                       std::string(read.text(3)),
                       "",
                       std::string(read.text(5))};
    auto name = seal.open(read.blob(4), name_place(row));
    if (!name) continue;
    row.display_name = *std::move(name);
    rows.push_back(std::move(row));
  }
}

constexpr Sql kInsert{
    "INSERT INTO provisional (provisional_id, register_id, sequence, stands_for, display_name, "
    "member_id, enroll_time_us) VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Sql kInsertKey{
    "INSERT INTO provisional_key (key_digest, provisional_id) VALUES ($1, $2) "
    "ON CONFLICT DO NOTHING"};
constexpr Sql kReceiptAt{"SELECT receipt FROM entry WHERE register_id = $1 AND sequence = $2"};
constexpr Sql kName{
    "UPDATE provisional SET member_id = $2, display_name = $3 WHERE provisional_id = $1"};

absl::Status rename(Connection& connection, const JournalSeal& seal, const ProvisionalRow& row) {
  const auto sealed = seal.seal(row.display_name, name_place(row));
  if (!sealed.ok()) return sealed.status();
  Statement name = connection.statement(kName);
  name.bind_all(row.provisional_id, row.member_id, Blob{*sealed});
  return name.execute();
}

absl::Status give_name(Connection& connection, const JournalSeal& seal, ProvisionalRow row,
                       const std::string& member_id) {
  if (!row.member_id.empty()) return absl::OkStatus();
  row.member_id = member_id;
  return rename(connection, seal, row);
}

constexpr Sql kRemoveOld{
    "DELETE FROM provisional WHERE enroll_time_us < $1 "
    "AND NOT EXISTS (SELECT 1 FROM undelivered u WHERE u.register_id = provisional.register_id "
    "AND u.sequence = provisional.sequence) "
    "AND NOT EXISTS (SELECT 1 FROM provisional s WHERE s.stands_for = provisional.provisional_id "
    "AND (s.enroll_time_us >= $1 OR EXISTS (SELECT 1 FROM undelivered u "
    "WHERE u.register_id = s.register_id AND u.sequence = s.sequence)))"};
constexpr Sql kFindDelivered{
    "SELECT provisional_id, register_id, sequence, stands_for, display_name, member_id "
    "FROM provisional WHERE member_id = $1 AND NOT EXISTS (SELECT 1 FROM undelivered u "
    "WHERE u.register_id = provisional.register_id AND u.sequence = provisional.sequence)"};
constexpr Sql kRemoveKeysOf{"DELETE FROM provisional_key WHERE provisional_id = $1"};
constexpr Sql kNamed{"SELECT DISTINCT member_id FROM provisional WHERE member_id <> ''"};
constexpr Sql kRemoveKeys{
    "DELETE FROM provisional_key WHERE provisional_id NOT IN (SELECT provisional_id FROM "
    "provisional)"};

absl::StatusOr<std::vector<ProvisionalRow>> find_delivered(Connection& connection,
                                                           const JournalSeal& seal,
                                                           const std::string& member_id) {
  Statement read = connection.statement(kFindDelivered);
  read.bind_all(member_id);
  return rows_of(read, seal);
}

}  // namespace

std::string enrollment_receipt(absl::string_view provisional_id) {
  return absl::StrCat(absl::string_view(&kReceiptMark, 1), provisional_id);
}

bool is_enrollment_receipt(absl::string_view receipt) {
  return !receipt.empty() && receipt.front() == kReceiptMark;
}

absl::StatusOr<std::optional<ProvisionalRow>> find_provisional(Connection& connection,
                                                               const JournalSeal& seal,
                                                               const std::string& provisional_id) {
  Statement read = connection.statement(kFind);
  read.bind_all(provisional_id);
  auto rows = rows_of(read, seal);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<ProvisionalRow>();
  return std::move(rows->front());
}

absl::StatusOr<std::vector<ProvisionalRow>> find_provisional_by_key(Connection& connection,
                                                                    const JournalSeal& seal,
                                                                    const std::string& key_digest) {
  Statement read = connection.statement(kFindByKey);
  read.bind_all(Blob{key_digest});
  return rows_of(read, seal);
}

absl::StatusOr<std::vector<ProvisionalRow>> find_standing_for(Connection& connection,
                                                              const JournalSeal& seal,
                                                              const std::string& provisional_id) {
  Statement read = connection.statement(kFindStandingFor);
  read.bind_all(provisional_id);
  return rows_of(read, seal);
}

absl::Status keep_provisional(Connection& connection, const JournalSeal& seal,
                              const NewEntry& entry, int64_t sequence) {
  const NewProvisional& made = *entry.provisional;
  const ProvisionalRow row{made.provisional_id, entry.register_id, sequence,
                           made.stands_for,     made.display_name, made.member_id};
  const auto sealed = seal.seal(row.display_name, name_place(row));
  if (!sealed.ok()) return sealed.status();
  Statement add = connection.statement(kInsert);
  add.bind_all(row.provisional_id, row.register_id, row.sequence, row.stands_for, Blob{*sealed},
               row.member_id, entry.commit_time_us);
  absl::Status kept = add.execute();
  const std::string& known_as = row.stands_for.empty() ? row.provisional_id : row.stands_for;
  for (const std::string& digest : made.key_digests) {
    if (!kept.ok()) return kept;
    Statement add_key = connection.statement(kInsertKey);
    add_key.bind_all(Blob{digest}, known_as);
    kept = add_key.execute();
  }
  return kept;
}

absl::Status name_provisional(Connection& connection, const JournalSeal& seal,
                              const std::string& register_id, const Settlement& settlement) {
  std::string receipt;
  {
    Statement find = connection.statement(kReceiptAt);
    find.bind_all(register_id, settlement.sequence);
    const absl::StatusOr<bool> found = find.step();
    if (!found.ok() || !*found) return found.status();
    receipt = std::string(find.text(0));
  }
  if (!is_enrollment_receipt(receipt)) return absl::OkStatus();
  const auto row = find_provisional(connection, seal, receipt.substr(1));
  if (!row.ok() || !*row) return row.status();
  absl::Status named = give_name(connection, seal, **row, settlement.member_id);
  if (!named.ok() || (*row)->stands_for.empty()) return named;
  const auto first = find_provisional(connection, seal, (*row)->stands_for);
  if (!first.ok() || !*first) return first.status();
  return give_name(connection, seal, **first, settlement.member_id);
}

absl::Status remove_old_provisional(Connection& connection, int64_t before_us) {
  Statement remove = connection.statement(kRemoveOld);
  remove.bind_all(before_us);
  absl::Status removed = remove.execute();
  return removed.ok() ? connection.statement(kRemoveKeys).execute() : removed;
}

absl::StatusOr<std::vector<std::string>> named_members(Connection& connection) {
  std::vector<std::string> member_ids;
  Statement read = connection.statement(kNamed);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return member_ids;
    member_ids.emplace_back(read.text(0));
  }
}

absl::Status remove_persons(Connection& connection, const JournalSeal& seal,
                            absl::Span<const std::string> member_ids) {
  for (const std::string& member_id : member_ids) {
    auto rows = find_delivered(connection, seal, member_id);
    if (!rows.ok()) return rows.status();
    for (ProvisionalRow& row : *rows) {
      row.display_name.clear();
      absl::Status removed = rename(connection, seal, row);
      if (!removed.ok()) return removed;
      Statement remove = connection.statement(kRemoveKeysOf);
      remove.bind_all(row.stands_for.empty() ? row.provisional_id : row.stands_for);
      removed = remove.execute();
      if (!removed.ok()) return removed;
    }
  }
  return absl::OkStatus();
}

}  // namespace moadon::agent
