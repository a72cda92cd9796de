// The walk over a program: every field's form and range, every name that must be known, everything
// that does not go together, as program.proto and benefit.proto promise. What passes can be priced
// without overflow. Pure functions, safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "moadon/v1/program.pb.h"
#include "rules/program_faults.h"

namespace moadon {

inline constexpr size_t kMaxProgramBytes = 1 << 20;  // serialized
inline constexpr int kMaxBenefits = 5000;
inline constexpr int kMaxRightKinds = 1000;
inline constexpr int kMaxTiers = 100;
inline constexpr int kMaxEarnRules = 100;
inline constexpr int kMaxConditions = 32;
inline constexpr int kMaxFilterEntries = 1000;

// The first `at_most` faults in the order of the fields. `program` must have no unknown parts.
std::vector<ProgramFault> faults_of(const v1::Program& program, size_t at_most);

// What other parts may name. Points into the program.
struct ProgramNames {
  explicit ProgramNames(const v1::Program& program);

  absl::flat_hash_set<absl::string_view> tiers;
  absl::flat_hash_map<absl::string_view, const v1::RightKind*> rights;
};

// Parts of the walk that have files of their own.
void check_filter(const v1::ProductFilter& filter, const std::string& path, ProgramFaults& faults);
void check_benefit(const v1::Benefit& benefit, const ProgramNames& names, const std::string& path,
                   ProgramFaults& faults);
void check_effect(const v1::Benefit& benefit, const ProgramNames& names, const std::string& path,
                  ProgramFaults& faults);
void check_condition(const v1::Benefit& benefit, const v1::Condition& condition,
                     const ProgramNames& names, const std::string& path, ProgramFaults& faults);

// Each tier names one that the program has.
template <typename Ids>
void check_tier_ids(const Ids& tier_ids, const ProgramNames& names, const std::string& path,
                    ProgramFaults& faults) {
  faults.check_size(static_cast<size_t>(tier_ids.size()), kMaxTiers, path);
  for (int i = 0; i < tier_ids.size() && !faults.is_full(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    if (!faults.check_id(tier_ids[i], at) || names.tiers.contains(tier_ids[i])) continue;
    faults.contradicts(
        at, {"names a tier that the program does not have", "מפנה לדרגה שאינה קיימת בתוכנית"});
  }
}

// Names a right that the program has; null otherwise.
const v1::RightKind* check_right_id(const std::string& right_id, const ProgramNames& names,
                                    const std::string& path, ProgramFaults& faults);

}  // namespace moadon
