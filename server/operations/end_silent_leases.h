// Ends what registers were given for when they are cut off, and never came back from.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "server/operations/club.h"

namespace moadon {

// As long as holds wait for their register.
inline constexpr absl::Duration kLeaseSilence = absl::Hours(72);
// A register that is heard of but takes no turns has an agent that knows of no leases any more.
// Longer than any lease, and than its silence.
inline constexpr absl::Duration kMaxWithoutTurn = absl::Hours(336 + 72);
inline constexpr int kSilentRegistersBatch = 8;

struct EndedLeases {
  int64_t register_count = 0;
  bool has_more = false;  // other registers are to be looked at too
};

// Whether there are any. Reads only.
absl::StatusOr<bool> has_silent_leases(Club& club);

// Frees leases and slices that ended longer than kLeaseSilence ago, of at most
// kSilentRegistersBatch registers that were not heard of for as long, or took no turn for
// kMaxWithoutTurn. One that comes back begins anew with its next turn.
void end_silent_leases(Club& club, Answer<EndedLeases> answer);

}  // namespace moadon
