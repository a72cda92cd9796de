// The rules of points (rules.md, "Points" and "Returns") read along the ledger for verify: entry by
// entry, in the order in which they were recorded, by a path of its own, which shares no code with
// rules/points_account.h. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "moadon/v1/program.pb.h"
#include "server/storage/kept_promises_store.h"

namespace moadon {

// First and last day of use of points that were earned on a day; without the last: for ever.
struct PlainPointsLife {
  int64_t usable_day = 0;
  std::optional<int64_t> expire_day;

  bool operator==(const PlainPointsLife&) const = default;
};
PlainPointsLife plain_points_life(const v1::PointRules& rules, int64_t earned_day);

// What the entries of one lot add up to.
struct PlainLot {
  std::string source;
  int64_t granted_milli = 0;
  int64_t left_milli = 0;
  int64_t held_milli = 0;
  int64_t spent_or_paid_milli = 0;  // spent, or gone to what was owed, and not given back
  int64_t paid_milli = 0;           // ever gone to what was owed
  int64_t expired_milli = 0;
  int64_t reversed_milli = 0;
};

// An entry that the rules do not allow where it stands.
struct PlainFault {
  int64_t entry_number = 0;
  std::string what;
};

struct PlainLedger {
  std::map<int64_t, PlainLot> lots;
  int64_t deficit_milli = 0;
  std::vector<PlainFault> faults;
};

// A sale of which the club bore what was not there.
struct PlainShortage {
  int64_t day = 0;
  // When it was entered, between the two; its own entries, where it has any, say it better.
  int64_t earliest_us = 0;
  int64_t latest_us = 0;
};

// How the ledger's sources are read.
struct PlainSources {
  // Of a return: the source of its sale; of a merge undone: that of the merge.
  std::map<std::string, std::string> sale_of;
  std::set<std::string> sales;
  std::set<std::string> merges;                      // points that merges, and their undoing, moved
  std::map<std::string, PlainShortage> short_sales;  // by source
};

// `lots` as kept say how long each lives; everything else comes from the entries.
PlainLedger plain_ledger(const std::vector<storage::KeptEntry>& entries,
                         const std::vector<storage::KeptLot>& lots, const PlainSources& sources);

}  // namespace moadon
