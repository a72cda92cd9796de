// What the club has one of, and what the owner set up: programs, branches, registers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "moadon/v1/admin_service.pb.h"
#include "moadon/v1/program.pb.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct ClubRow {
  std::string digest_key;
  std::string owner_token_hash;
};

// Empty: the database is new.
absl::StatusOr<std::optional<ClubRow>> find_club(Connection& connection);
absl::Status insert_club(Connection& connection, const ClubRow& club);

// Oldest first, as published.
absl::StatusOr<std::vector<v1::Program>> list_programs(Connection& connection);
absl::Status insert_program(Connection& connection, const v1::Program& program,
                            int64_t start_time_us, int64_t publish_time_us);

absl::Status insert_branch(Connection& connection, const v1::Branch& branch);
absl::Status revoke_branch(Connection& connection, absl::string_view branch_id, int64_t time_us);
// By id, after the one named.
absl::StatusOr<std::vector<v1::Branch>> list_branches(Connection& connection,
                                                      absl::string_view after_id, int limit);

struct RegisterRow {
  v1::Register register_;
  std::string token_hash;
};

absl::StatusOr<std::optional<RegisterRow>> find_register(Connection& connection,
                                                         absl::string_view register_id);
absl::StatusOr<std::vector<RegisterRow>> list_registers(Connection& connection,
                                                        absl::string_view after_id, int limit);
absl::Status insert_register(Connection& connection, const RegisterRow& row);
// Gives a register another token and lifts its revocation.
absl::Status renew_register(Connection& connection, absl::string_view register_id,
                            absl::string_view token_hash);
absl::Status revoke_register(Connection& connection, absl::string_view register_id,
                             int64_t time_us);
absl::StatusOr<int64_t> count_live_registers(Connection& connection, absl::string_view branch_id);

struct Contact {
  int64_t time_us = 0;
  int64_t undelivered_count = 0;
  std::string agent_version;
};
absl::Status note_contact(Connection& connection, absl::string_view register_id,
                          const Contact& contact);

}  // namespace moadon::storage
