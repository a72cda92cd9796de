// What time alone changes of members: stages, tiers, points.
#pragma once

#include <cstdint>

#include "server/operations/club.h"

namespace moadon {

inline constexpr int kAgeingBatch = 200;

// What one batch did.
struct AgedMembers {
  int64_t member_count = 0;
  bool has_more = false;  // others are due too
};

// Brings at most kAgeingBatch members that are due on the club's present business date up to date,
// each move and expiry dated to the day it became true. Members that are not due are not touched.
// Without a program nobody is due.
void age_members(Club& club, Answer<AgedMembers> answer);

}  // namespace moadon
