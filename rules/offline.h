// What registers do while they cannot reach the server, as the owner's program says. Pure
// functions, for server and agent alike.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/civil_time.h"
#include "moadon/v1/program.pb.h"

namespace moadon {

inline constexpr int32_t kDefaultCacheValidHours = 72;
inline constexpr int32_t kMaxCacheValidHours = 336;
inline constexpr int32_t kMaxSeenDays = 3650;

// Facts of a member that the server gave longer ago price nothing; 0: nothing is priced by kept
// facts.
int32_t cache_valid_hours_of(const v1::Program& program);

// Whether the program names only those who bought lately; where they must have bought says
// SeenMembers.in_region.
bool keeps_seen_only(const v1::Program& program);

// Whether agents keep a member today who last bought on `last_seen` where the program counts it;
// empty: never. The last day on which such a member is kept is last_days after that one.
bool keeps_member(const v1::Program& program, std::optional<absl::CivilDay> last_seen,
                  absl::CivilDay today);

}  // namespace moadon
