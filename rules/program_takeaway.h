// What members could lose when one version of a program follows another. A change that is not
// plainly only better counts as a loss. Pure functions, safe from any thread; both programs must
// have passed check_program.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "moadon/v1/program.pb.h"
#include "rules/program_faults.h"

namespace moadon {

struct TakenAway {
  std::string field;  // where it stood before: "benefits[2]"; of what is new, where it stands now
  Wording wording;    // a whole sentence
};

// In the order of the fields; empty: nothing. `after` is used on no business date before
// `first_day`: whose dates have ended by then loses nothing more.
std::vector<TakenAway> takes_away(const v1::Program& before, const v1::Program& after,
                                  absl::CivilDay first_day = absl::CivilDay::min());

// Parts with files of their own.
// Whether `after` gives whoever got something by `before` at least as much, everywhere and always.
bool is_no_worse(const v1::Benefit& before, const v1::Benefit& after);
// Whether every line that `before` matches is matched by `after`.
bool is_no_narrower(const v1::ProductFilter& before, const v1::ProductFilter& after);
void take_points(const v1::Program& before, const v1::Program& after,
                 std::vector<TakenAway>& taken);
void take_tiers(const v1::Program& before, const v1::Program& after, std::vector<TakenAway>& taken);

// A limit of which 0 means none.
inline bool is_no_tighter(int64_t before, int64_t after) {
  return after == 0 || (before != 0 && after >= before);
}

}  // namespace moadon
