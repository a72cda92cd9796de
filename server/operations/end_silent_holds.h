// Ends holds of registers that are not heard of.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "server/operations/club.h"

namespace moadon {

// As long as an agent's cache is good: whoever is silent for longer sells as if offline.
inline constexpr absl::Duration kHoldSilence = absl::Hours(72);
inline constexpr int kSilentHoldsBatch = 200;

struct EndedHolds {
  int64_t hold_count = 0;
  bool has_more = false;  // others are to end too
};

// Whether there are any. Reads only.
absl::StatusOr<bool> has_silent_holds(Club& club);

// Ends at most kSilentHoldsBatch holds that are past their expire_time and whose register was not
// heard of for kHoldSilence; what they set aside is free again.
void end_silent_holds(Club& club, Answer<EndedHolds> answer);

}  // namespace moadon
