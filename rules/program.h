// The owner's program: its form, its defaults, and which version decides when. Pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "moadon/v1/program.pb.h"

namespace moadon {

// Form and ranges as program.proto promises; the zone's existence is the caller's to check (it
// needs the system's tables).
absl::Status check_program(const v1::Program& program);

// Whether any part of the program is of a kind this build does not know (unknown fields anywhere):
// then it must not be used.
bool has_unknown_parts(const v1::Program& program);

// "he" or "en": the language of printed texts.
std::string language_of(const v1::Program& program);

// The numbers of the stage rule, defaults filled in.
struct StageNumbers {
  int64_t interest_days = 30;
  int64_t club_gap_days_milli = 30000;
  int64_t prior_weight_milli = 5000;
  int64_t churn_factor_milli = 3000;
  int64_t loyal_window_days = 365;
  int64_t loyal_purchase_days = 6;
  int64_t loyal_spend_minor = 0;
};
StageNumbers stage_numbers_of(const v1::Program& program);

// Stage rules over time: a version decides from the business date of its start (club's zone), the
// first from ever.
struct StageVersion {
  absl::CivilDay start_day;  // ignored in the first
  int64_t program_version = 0;
  StageNumbers numbers;
};
using StageVersions = std::vector<StageVersion>;  // oldest first, not empty

}  // namespace moadon
