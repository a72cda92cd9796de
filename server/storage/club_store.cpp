#include "server/storage/club_store.h"

#include "rules/calendar.h"

namespace moadon::storage {
namespace {

std::optional<int64_t> optional_time_us(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return std::nullopt;
  return time_us_of(time, "").value_or(0);
}

v1::Branch read_branch(Statement& row) {
  v1::Branch branch;
  branch.set_branch_id(std::string(row.text(0)));
  branch.set_name(std::string(row.text(1)));
  branch.set_time_zone(std::string(row.text(2)));
  branch.set_day_start_minutes(static_cast<int32_t>(row.int64(3)));
  if (!row.is_null(4)) *branch.mutable_revoke_time() = timestamp_of(row.int64(4));
  branch.set_region_id(std::string(row.text(5)));
  return branch;
}

RegisterRow read_register(Statement& row) {
  RegisterRow read;
  v1::Register& made = read.register_;
  made.set_register_id(std::string(row.text(0)));
  made.set_branch_id(std::string(row.text(1)));
  made.set_name(std::string(row.text(2)));
  made.set_replays_history(row.int64(3) != 0);
  if (!row.is_null(4)) *made.mutable_revoke_time() = timestamp_of(row.int64(4));
  if (!row.is_null(5)) *made.mutable_last_contact_time() = timestamp_of(row.int64(5));
  made.set_undelivered_count(row.int64(6));
  made.set_agent_version(std::string(row.text(7)));
  read.token_hash = std::string(row.blob(8));
  return read;
}

}  // namespace

constexpr Sql kFindClub{"SELECT digest_key, owner_token_hash FROM club WHERE club_id = 1"};

absl::StatusOr<std::optional<ClubRow>> find_club(Connection& connection) {
  return query_one(connection, kFindClub, [](Statement& row) {
    return ClubRow{std::string(row.blob(0)), std::string(row.blob(1))};
  });
}

constexpr Sql kInsertClub{
    "INSERT INTO club (club_id, digest_key, owner_token_hash) VALUES (1, $1, $2)"};

absl::Status insert_club(Connection& connection, const ClubRow& club) {
  return execute(connection, kInsertClub, Blob{club.digest_key}, Blob{club.owner_token_hash});
}

constexpr Sql kListPrograms{"SELECT document FROM programs ORDER BY version"};

absl::StatusOr<std::vector<v1::Program>> list_programs(Connection& connection) {
  return query_all(connection, kListPrograms, [](Statement& row) {
    v1::Program program;
    const absl::string_view bytes = row.blob(0);
    program.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    return program;
  });
}

constexpr Sql kInsertProgram{
    "INSERT INTO programs (version, start_time_us, publish_time_us, document)"
    " VALUES ($1, $2, $3, $4)"};

absl::Status insert_program(Connection& connection, const v1::Program& program,
                            int64_t start_time_us, int64_t publish_time_us) {
  return execute(connection, kInsertProgram, program.version(), start_time_us, publish_time_us,
                 Blob{program.SerializeAsString()});
}

constexpr Sql kInsertBranch{
    "INSERT INTO branches (branch_id, name, time_zone, day_start_minutes, revoke_time_us,"
    " region_id) VALUES ($1, $2, $3, $4, $5, $6)"};

absl::Status insert_branch(Connection& connection, const v1::Branch& branch) {
  return execute(connection, kInsertBranch, branch.branch_id(), branch.name(), branch.time_zone(),
                 branch.day_start_minutes(),
                 optional_time_us(branch.has_revoke_time(), branch.revoke_time()),
                 branch.region_id());
}

constexpr Sql kRevokeBranch{"UPDATE branches SET revoke_time_us = $2 WHERE branch_id = $1"};

absl::Status revoke_branch(Connection& connection, absl::string_view branch_id, int64_t time_us) {
  return execute(connection, kRevokeBranch, branch_id, time_us);
}

constexpr Sql kListBranches{
    "SELECT branch_id, name, time_zone, day_start_minutes, revoke_time_us, region_id"
    " FROM branches WHERE branch_id > $1 ORDER BY branch_id LIMIT $2"};

absl::StatusOr<std::vector<v1::Branch>> list_branches(Connection& connection,
                                                      absl::string_view after_id, int limit) {
  return query_all(connection, kListBranches, read_branch, after_id, limit);
}

constexpr Sql kFindRegister{
    "SELECT register_id, branch_id, name, replays_history, revoke_time_us, last_contact_us,"
    " undelivered_count, agent_version, token_hash FROM registers WHERE register_id = $1"};

absl::StatusOr<std::optional<RegisterRow>> find_register(Connection& connection,
                                                         absl::string_view register_id) {
  return query_one(connection, kFindRegister, read_register, register_id);
}

constexpr Sql kListRegisters{
    "SELECT register_id, branch_id, name, replays_history, revoke_time_us, last_contact_us,"
    " undelivered_count, agent_version, token_hash FROM registers"
    " WHERE register_id > $1 ORDER BY register_id LIMIT $2"};

absl::StatusOr<std::vector<RegisterRow>> list_registers(Connection& connection,
                                                        absl::string_view after_id, int limit) {
  return query_all(connection, kListRegisters, read_register, after_id, limit);
}

constexpr Sql kInsertRegister{
    "INSERT INTO registers (register_id, branch_id, name, replays_history, token_hash)"
    " VALUES ($1, $2, $3, $4, $5)"};

absl::Status insert_register(Connection& connection, const RegisterRow& row) {
  return execute(connection, kInsertRegister, row.register_.register_id(),
                 row.register_.branch_id(), row.register_.name(), row.register_.replays_history(),
                 Blob{row.token_hash});
}

constexpr Sql kRenewRegister{
    "UPDATE registers SET token_hash = $2, revoke_time_us = NULL WHERE register_id = $1"};

absl::Status renew_register(Connection& connection, absl::string_view register_id,
                            absl::string_view token_hash) {
  return execute(connection, kRenewRegister, register_id, Blob{token_hash});
}

constexpr Sql kRevokeRegister{"UPDATE registers SET revoke_time_us = $2 WHERE register_id = $1"};

absl::Status revoke_register(Connection& connection, absl::string_view register_id,
                             int64_t time_us) {
  return execute(connection, kRevokeRegister, register_id, time_us);
}

constexpr Sql kCountLiveRegisters{
    "SELECT COUNT(*) FROM registers WHERE branch_id = $1 AND revoke_time_us IS NULL"};

absl::StatusOr<int64_t> count_live_registers(Connection& connection, absl::string_view branch_id) {
  return query_int64(connection, kCountLiveRegisters, branch_id);
}

constexpr Sql kNoteContact{
    "UPDATE registers SET last_contact_us = $2, undelivered_count = $3, agent_version = $4"
    " WHERE register_id = $1"};

absl::Status note_contact(Connection& connection, absl::string_view register_id,
                          const Contact& contact) {
  return execute(connection, kNoteContact, register_id, contact.time_us, contact.undelivered_count,
                 contact.agent_version);
}

}  // namespace moadon::storage
