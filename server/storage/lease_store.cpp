#include "server/storage/lease_store.h"

namespace moadon::storage {
namespace {

LeaseRow read_lease(Statement& row) {
  return {row.int64(0), row.int64(1), std::string(row.text(2)), row.int64(3), row.int64(4) != 0};
}

}  // namespace

constexpr Sql kFindLease{
    "SELECT member_id, grant_id, register_id, end_us, is_called_back FROM right_leases"
    " WHERE member_id = $1 AND grant_id = $2"};

absl::StatusOr<std::optional<LeaseRow>> find_lease(Connection& connection, int64_t member_id,
                                                   int64_t grant_id) {
  return query_one(connection, kFindLease, read_lease, member_id, grant_id);
}

constexpr Sql kListLeases{
    "SELECT member_id, grant_id, register_id, end_us, is_called_back FROM right_leases"
    " WHERE register_id = $1 ORDER BY member_id, grant_id"};

absl::StatusOr<std::vector<LeaseRow>> list_leases(Connection& connection,
                                                  absl::string_view register_id) {
  return query_all(connection, kListLeases, read_lease, register_id);
}

constexpr Sql kInsertLease{
    "INSERT INTO right_leases (member_id, grant_id, register_id, end_us, is_called_back)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (member_id, grant_id) DO NOTHING"};

absl::StatusOr<bool> insert_lease(Connection& connection, const LeaseRow& row) {
  const absl::Status inserted = execute(connection, kInsertLease, row.member_id, row.grant_id,
                                        row.register_id, row.end_us, row.is_called_back ? 1 : 0);
  if (!inserted.ok()) return inserted;
  return connection.changes() > 0;
}

constexpr Sql kUpdateLease{
    "UPDATE right_leases SET register_id = $3, end_us = $4, is_called_back = $5"
    " WHERE member_id = $1 AND grant_id = $2"};

absl::Status update_lease(Connection& connection, const LeaseRow& row) {
  return execute(connection, kUpdateLease, row.member_id, row.grant_id, row.register_id, row.end_us,
                 row.is_called_back ? 1 : 0);
}

constexpr Sql kDeleteLease{"DELETE FROM right_leases WHERE member_id = $1 AND grant_id = $2"};

absl::Status delete_lease(Connection& connection, const LeaseRow& row) {
  return execute(connection, kDeleteLease, row.member_id, row.grant_id);
}

constexpr Sql kDeleteLeasesBefore{
    "DELETE FROM right_leases WHERE register_id = $1 AND end_us < $2"};

absl::Status delete_leases_before(Connection& connection, absl::string_view register_id,
                                  int64_t end_us) {
  return execute(connection, kDeleteLeasesBefore, register_id, end_us);
}

constexpr Sql kDeleteLeasesOf{"DELETE FROM right_leases WHERE register_id = $1"};

absl::Status delete_leases_of(Connection& connection, absl::string_view register_id) {
  return execute(connection, kDeleteLeasesOf, register_id);
}

constexpr Sql kMoveLease{
    "UPDATE right_leases SET member_id = $3, is_called_back = 1"
    " WHERE member_id = $2 AND grant_id = $1 AND NOT EXISTS"
    " (SELECT 1 FROM right_leases o WHERE o.member_id = $3 AND o.grant_id = $1)"};

absl::Status move_lease(Connection& connection, const MovedRight& moved) {
  return execute(connection, kMoveLease, moved.grant_id, moved.from_id, moved.to_id);
}

constexpr Sql kFindTurn{
    "SELECT register_id, journal_id, turn, turn_us FROM lease_turns WHERE register_id = $1"};

absl::StatusOr<std::optional<TurnRow>> find_turn(Connection& connection,
                                                 absl::string_view register_id) {
  return query_one(
      connection, kFindTurn,
      [](Statement& row) {
        return TurnRow{std::string(row.text(0)), std::string(row.blob(1)), row.int64(2),
                       row.int64(3)};
      },
      register_id);
}

constexpr Sql kKeepTurn{
    "INSERT INTO lease_turns (register_id, journal_id, turn, turn_us) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (register_id) DO UPDATE SET journal_id = $2, turn = $3, turn_us = $4"};

absl::Status keep_turn(Connection& connection, const TurnRow& row) {
  return execute(connection, kKeepTurn, row.register_id, Blob{row.journal_id}, row.turn,
                 row.turn_us);
}

constexpr Sql kFindLeft{
    "SELECT COUNT(*) FROM left_journals WHERE register_id = $1 AND journal_id = $2"};

absl::StatusOr<bool> is_left_journal(Connection& connection, const JournalName& journal) {
  return query_bool(connection, kFindLeft, journal.register_id, Blob{journal.journal_id});
}

constexpr Sql kLeaveJournal{
    "INSERT INTO left_journals (register_id, journal_id, leave_us) VALUES ($1, $2, $3)"
    " ON CONFLICT (register_id, journal_id) DO UPDATE SET leave_us = $3"};
constexpr Sql kPruneLeft{
    "DELETE FROM left_journals WHERE register_id = $1 AND journal_id NOT IN"
    " (SELECT journal_id FROM left_journals WHERE register_id = $1"
    " ORDER BY leave_us DESC, journal_id LIMIT $2)"};

absl::Status leave_journal(Connection& connection, const JournalName& journal, int64_t leave_us) {
  const absl::Status left =
      execute(connection, kLeaveJournal, journal.register_id, Blob{journal.journal_id}, leave_us);
  return left.ok() ? execute(connection, kPruneLeft, journal.register_id, kMaxLeftJournals) : left;
}

constexpr Sql kDeleteTurn{"DELETE FROM lease_turns WHERE register_id = $1"};
constexpr Sql kDeleteLeft{"DELETE FROM left_journals WHERE register_id = $1"};

absl::Status delete_turns_of(Connection& connection, absl::string_view register_id) {
  for (const Sql& sql : {kDeleteTurn, kDeleteLeft}) {
    const absl::Status deleted = execute(connection, sql, register_id);
    if (!deleted.ok()) return deleted;
  }
  return absl::OkStatus();
}

constexpr Sql kListSilentLeaseholders{
    "SELECT t.register_id FROM lease_turns t JOIN registers r ON r.register_id = t.register_id"
    " WHERE t.turn_us < $1"
    " AND (r.last_contact_us IS NULL OR r.last_contact_us < $1 OR t.turn_us < $2)"
    " AND (EXISTS (SELECT 1 FROM right_leases l"
    " WHERE l.register_id = t.register_id AND l.end_us < $1)"
    " OR EXISTS (SELECT 1 FROM budget_slices s"
    " WHERE s.register_id = t.register_id AND s.end_us < $1))"
    " ORDER BY t.turn_us LIMIT $3"};

absl::StatusOr<std::vector<std::string>> list_silent_leaseholders(Connection& connection,
                                                                  const Silence& silence,
                                                                  int limit) {
  return query_all(
      connection, kListSilentLeaseholders, [](Statement& row) { return std::string(row.text(0)); },
      silence.since_us, silence.no_turn_us, limit);
}

constexpr Sql kListWrongLeases{
    "SELECT 'lease.right', CAST(l.grant_id AS TEXT) || ' of ' || l.register_id FROM right_leases l"
    " WHERE NOT EXISTS (SELECT 1 FROM rights r"
    " WHERE r.member_id = l.member_id AND r.grant_id = l.grant_id)"
    " UNION ALL"
    " SELECT 'lease.is_only', CAST(grant_id AS TEXT) FROM right_leases"
    " GROUP BY grant_id HAVING COUNT(*) > 1"
    " UNION ALL"
    " SELECT 'lease.register', CAST(l.grant_id AS TEXT) || ' of ' || l.register_id"
    " FROM right_leases l WHERE l.register_id <> '' AND NOT EXISTS (SELECT 1 FROM registers r"
    " JOIN lease_turns t ON t.register_id = r.register_id"
    " WHERE r.register_id = l.register_id AND r.revoke_time_us IS NULL)"
    " UNION ALL"
    " SELECT 'slice.register', s.benefit_id || ' of ' || s.register_id FROM budget_slices s"
    " WHERE NOT EXISTS (SELECT 1 FROM registers r"
    " JOIN lease_turns t ON t.register_id = r.register_id"
    " WHERE r.register_id = s.register_id AND r.revoke_time_us IS NULL)"};

absl::StatusOr<std::vector<WrongLease>> list_wrong_leases(Connection& connection) {
  return query_all(connection, kListWrongLeases, [](Statement& row) {
    return WrongLease{std::string(row.text(0)), std::string(row.text(1))};
  });
}

}  // namespace moadon::storage
