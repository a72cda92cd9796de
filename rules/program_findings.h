// Everything about a program that its owner should know before publishing it, in the program's own
// language. Pure functions, safe from any thread.
#pragma once

#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "moadon/v1/program.pb.h"

namespace moadon {

inline constexpr size_t kMaxFindings = 200;

// Errors first (all that check_program would refuse one after the other), then warnings, each in
// the order of the fields; at most kMaxFindings. Without `today` nothing is said of dates that have
// passed. The zone's existence is the caller's to check.
std::vector<v1::ProgramFinding> findings_of(const v1::Program& program,
                                            absl::optional<absl::CivilDay> today);

}  // namespace moadon
