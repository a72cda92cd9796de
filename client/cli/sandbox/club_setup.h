// Makes the server of a sandbox a club that can sell: a program, a branch, registers.
#pragma once

#include <optional>
#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

inline constexpr const char* kBranchId = "main";
inline constexpr const char* kLiveRegisterId = "till";

// What the owner wants of the program; both may be missing.
struct ProgramWish {
  std::string file;
  std::string time_zone;
};

// Publishes the wished program when the club has none yet (by default the template). When it has
// one, the wish must agree with it: REASON_PROGRAM_FIELD_FIXED says in which way it does not.
absl::Status ensure_program(Session& owner, const ProgramWish& wish);

absl::Status ensure_branch(Session& owner);

// A token for a register that the agent does not serve yet: a new register's, or another one for a
// register that exists.
absl::StatusOr<std::string> issue_token(Session& owner, const std::string& register_id,
                                        bool replays_history);

// Refuses with REASON_ID_TAKEN when a register exists and is of the other kind.
absl::Status check_kind(Session& owner, const std::string& register_id, bool replays_history);

}  // namespace moadon::cli
