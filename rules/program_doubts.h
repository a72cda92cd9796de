// What deserves a second look in a program that may well be published: benefits that can never
// apply, tiers that overlap, promises that do nothing. Pure functions, safe from any thread; any
// program may be handed over, a faulty one too.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "moadon/v1/program.pb.h"
#include "rules/program_faults.h"

namespace moadon {

struct ProgramDoubt {
  std::string field;  // "benefits[2].conditions[0].dates"
  Wording wording;    // a whole sentence
};

// All doubts, in the order of the fields, up to `at_most`. Without `today` nothing is said of dates
// that have passed.
std::vector<ProgramDoubt> doubts_of(const v1::Program& program,
                                    absl::optional<absl::CivilDay> today, size_t at_most);

// Parts of the walk that have files of their own; each appends to `doubts`.
using ProgramDoubts = std::vector<ProgramDoubt>;

// Conditions that exclude each other, or that no day fulfils.
void doubt_conditions(const v1::Benefit& benefit, absl::optional<absl::CivilDay> today,
                      const std::string& path, ProgramDoubts& doubts);
// What an effect does not do.
void doubt_effect(const v1::Program& program, const v1::Benefit& benefit, const std::string& path,
                  ProgramDoubts& doubts);
// Benefits that never are the best of their group.
ProgramDoubts shadowed_benefits(const v1::Program& program);
void doubt_points(const v1::Program& program, ProgramDoubts& doubts);
void doubt_tiers(const v1::Program& program, ProgramDoubts& doubts);
void doubt_offline(const v1::Program& program, ProgramDoubts& doubts);

// Whether no line can match: every value listed is excluded again.
bool matches_nothing(const v1::ProductFilter& filter);

}  // namespace moadon
