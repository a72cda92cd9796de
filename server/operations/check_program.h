// Looks at a program without publishing it.
#pragma once

#include "moadon/v1/program.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ProgramService.CheckProgram: what the rules find, and what only the server knows: the zone, what
// earlier versions fixed, the notice that is owed, agents that are too old, and what registers can
// lose without the server (nothing is said of that while the rules find errors).
absl::StatusOr<v1::CheckProgramResponse> check_program(Club& club,
                                                       const v1::CheckProgramRequest& request);

// PROGRAM_NOTICE_SHORT when `program`, published now, takes something of `newest` away and starts
// sooner than the notice of `newest` allows, without a waiver. A day of notice is 24 hours.
absl::Status check_notice(const v1::Program& newest, const v1::Program& program, int64_t start_us,
                          int64_t now_us);

}  // namespace moadon
