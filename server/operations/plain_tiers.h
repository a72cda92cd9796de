// The tier rules of the design (section 6, and rules.md, "Tiers"), walked day by day for verify: a
// path of its own, which shares no code with rules/tier.h. Pure functions.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "moadon/v1/program.pb.h"
#include "server/operations/plain_stages.h"

namespace moadon {

struct PlainTierVersion {
  int64_t start_day = 0;  // of the first version: earlier than every day
  std::vector<v1::Tier> tiers;
  int64_t program_version = 0;
};

// At least this tier on from_day .. until_day.
struct PlainFloor {
  std::string tier_id;
  int64_t from_day = 0;
  int64_t until_day = 0;
};

// With the numbers it was decided on. Tier ids; empty: none.
struct PlainTierMove {
  int64_t day = 0;
  std::string from;
  std::string to;
  int64_t window_spend_minor = 0;
  int64_t window_purchase_days = 0;
  int64_t program_version = 0;

  bool operator==(const PlainTierMove&) const = default;
};

struct PlainTierLife {
  std::vector<PlainTierMove> moves;  // through `until`, oldest first
  std::string tier_id;               // at the end of `until`
  std::set<std::string> entered;     // risen into, as the goods kept then tell it
};

// Of a member who was part of another in the periods `away`: has no tier then, and afterwards the
// one that the walk has come to.
PlainTierLife plain_tiers(const std::vector<PlainFact>& facts,
                          const std::vector<PlainFloor>& floors,
                          const std::vector<PlainTierVersion>& versions, int64_t until,
                          const std::vector<PlainPeriod>& away = {});

}  // namespace moadon
