// What a member has kept of each purchase day, ready to be summed over windows. Not thread-safe;
// owned by one walk. Days are numbers (calendar.h).
#pragma once

#include <cstdint>
#include <vector>

#include "moadon/v1/program.pb.h"

namespace moadon {

struct WindowSums {
  int64_t spend_minor = 0;  // never below zero
  int64_t purchase_days = 0;
};

class TierDays final {
 public:
  // The days that can ever be added to: sorted, each once.
  explicit TierDays(std::vector<int64_t> days);

  // What came (+) or went (-) of a day's purchases.
  void add(int64_t day, int64_t units_milli, int64_t spend_minor);

  // Of the purchases in `tier`'s window on `today`, those up to the end of `through` <= today.
  WindowSums sums(const v1::Tier& tier, int64_t today, int64_t through) const;

  // Whether some day took more than it gave, by a return without a receipt: then a window can gain
  // by losing it.
  bool can_gain_by_loss() const { return negative_days_ > 0; }

  bool has_day(int64_t day) const;
  // The first of the days after `day`; kNeverDay: none.
  int64_t next_day(int64_t day) const;
  // The first day after `day` on which `tier`'s window loses one of the days up to `day`.
  int64_t next_loss(const v1::Tier& tier, int64_t day) const;

 private:
  size_t count_through(int64_t day) const;  // of the days up to `day`
  WindowSums sums_of_first(size_t count) const;

  std::vector<int64_t> days_;
  std::vector<int64_t> units_milli_;  // per day
  std::vector<int64_t> spend_minor_;  // per day
  int64_t negative_days_ = 0;
  // Node i (from 1) sums the i & -i days that end with the i-th: a Fenwick tree, so that a return
  // of old goods costs no more than a new purchase.
  std::vector<WindowSums> tree_;
};

inline constexpr int64_t kNeverDay = INT64_MAX;

// The day number of 1 January of a day's year.
int64_t first_of_year(int64_t day);

}  // namespace moadon
