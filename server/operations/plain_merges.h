// Who was part of whom on which days, for verify: asked day by day, by a path of its own, which
// shares no code with member_life.h. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "server/operations/plain_stages.h"
#include "server/operations/plain_tiers.h"

namespace moadon {

// Days are numbers (day_number).
struct PlainMerge {
  int64_t lost_id = 0;
  int64_t kept_id = 0;
  int64_t merge_day = 0;
  std::optional<int64_t> undo_day;
};

// The periods in which `part_id` is part of `whole_id`, be it through others.
std::vector<PlainPeriod> plain_periods(const std::vector<PlainMerge>& merges, int64_t part_id,
                                       int64_t whole_id);
// The periods in which a member is part of anybody.
std::vector<PlainPeriod> plain_away(const std::vector<PlainMerge>& merges, int64_t member_id);

// What counts for somebody of what another has, who is part of them in `periods`.
void add_lent(const std::vector<PlainFact>& facts, const std::vector<PlainPeriod>& periods,
              std::vector<PlainFact>& into);
void add_lent(const std::vector<PlainSign>& signs, const std::vector<PlainPeriod>& periods,
              std::vector<PlainSign>& into);
void add_lent(const std::vector<PlainFloor>& floors, const std::vector<PlainPeriod>& periods,
              std::vector<PlainFloor>& into);

}  // namespace moadon
