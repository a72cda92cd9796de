// The stage formula of the design, evaluated day by day for verify: a path of its own, which shares
// no code with rules/stage.h. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "moadon/v1/program.pb.h"
#include "rules/calendar.h"
#include "rules/durations.h"

namespace moadon {

// Days are numbers (day_number), up to this one.
inline constexpr int64_t kPlainLastDay = kMaxTimeUs / kDayUs;

struct PlainFact {
  int64_t purchase_day = 0;
  int64_t fact_day = 0;
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
};

// Days from from_day until the day before until_day; without that for ever.
struct PlainPeriod {
  int64_t from_day = 0;
  std::optional<int64_t> until_day;
};

// A sign of interest, and when it counts: from its own day at the earliest.
struct PlainSign {
  int64_t sign_day = 0;
  PlainPeriod period;
};

struct PlainLife {
  int64_t met_day = 0;
  std::vector<PlainSign> signs;
  std::vector<PlainFact> facts;
  std::vector<PlainPeriod> away;  // part of another member: no stage, no tier
};

bool plain_has(const PlainPeriod& period, int64_t day);
bool plain_is_away(const std::vector<PlainPeriod>& away, int64_t day);

struct PlainVersion {
  int64_t start_day = 0;  // of the first version: earlier than every day
  v1::StageRules rules;
  int64_t program_version = 0;
};

// With the numbers it was decided on.
struct PlainMove {
  int64_t day = 0;
  int from = 0;
  int to = 0;
  int64_t purchase_days = 0;
  int64_t silent_days = -1;
  int64_t rhythm_days_milli = 0;
  int64_t window_purchase_days = 0;
  int64_t window_spend_minor = 0;
  int64_t program_version = 0;

  bool operator==(const PlainMove&) const = default;
};

// All moves through `until`.
std::vector<PlainMove> plain_moves(const PlainLife& life, const std::vector<PlainVersion>& versions,
                                   int64_t until);

}  // namespace moadon
