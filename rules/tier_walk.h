// One walk through a member's days with what was kept of their purchases at one time: design.md
// section 6 and rules.md ("Tiers"). Not thread-safe; borrows what it is made from. Days are numbers
// (calendar.h), tiers are ranks in the version in force, kNoTier below the lowest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/tier.h"
#include "rules/tier_days.h"

namespace moadon {

inline constexpr int kNoTier = -1;

// Versions with their days as numbers, and where each tier of one goes in the next.
class TierLadder final {
 public:
  TierLadder(const TierVersions& versions, absl::Span<const TierFloor> floors);

  const TierVersion& version(size_t index) const { return versions_[index]; }
  size_t version_on(int64_t day) const;
  // The rank in a version of who held `rank` in the one before: the tier's own, else the highest
  // that ranked below it and still exists, else kNoTier.
  int rank_in_next(size_t version, int rank) const;
  int rank_of(size_t version, const std::string& tier_id) const;
  // The highest rank of the locks on a day, in a version; kNoTier: none.
  int floor_on(int64_t day, size_t version) const;
  // The first day after `day` on which a version or a lock begins, or a lock is over.
  int64_t next_day(int64_t day) const;
  // The first day of a lock; kNeverDay: none.
  int64_t first_floor_day() const;

 private:
  struct Floor {
    int64_t from_day = 0;
    int64_t until_day = 0;
    std::vector<int> ranks;  // per version, from the one it was decided in on
  };

  std::vector<int> ranks_of(const TierFloor& floor) const;

  const TierVersions& versions_;
  std::vector<int64_t> start_days_;  // per version; of the first: INT64_MIN
  std::vector<Floor> floors_;
};

class TierWalk final {
 public:
  TierWalk(const TierLadder& ladder, const TierDays& days) : ladder_(ladder), days_(days) {}

  // Where a walk stands between two days.
  struct State {
    size_t version = 0;
    int rank = kNoTier;
    int64_t below_since = kNeverDay;  // first day start below the bar; kNeverDay: not below
    int64_t moved_on = kNeverDay;     // last day with a move; kNeverDay: none
  };

  // Lives one day: its start, at which only time, versions and locks act, then its purchases.
  // `steps` gets the moves; null: nobody asks.
  void live(int64_t day, std::vector<TierStep>* steps);
  // Lives all days after `day` up to `last` on which anything can happen.
  void live_between(int64_t day, int64_t last, std::vector<TierStep>* steps);
  // The next day after `day` on which anything can happen; kNeverDay: none.
  int64_t next_day(int64_t day) const;
  // Goes back to where it stood before `day`.
  void rewind(int64_t day);

  // Where it stands: the tier (empty: none), its rank, and the version of that rank.
  std::string tier_id() const;
  int rank() const { return state_.rank; }
  size_t version_index() const { return state_.version; }
  const TierVersion& version() const { return ladder_.version(state_.version); }
  // Risen into, in the order of rising.
  const std::vector<std::string>& entered() const { return entered_; }

 private:
  struct Visit {
    int64_t day = 0;
    State before;
    size_t entered_count = 0;
  };

  int top() const { return static_cast<int>(version().tiers.size()) - 1; }
  int reached(int64_t day, int64_t through, int highest) const;
  bool pass_version(int64_t day);
  int lapse(int64_t day, int reached, int floor);
  v1::TierReason reason_at_start(int64_t day, int to, int reached, bool was_dropped) const;
  void move(int to, v1::TierReason reason, int64_t day, int64_t through, const std::string& from,
            std::vector<TierStep>* steps);

  const TierLadder& ladder_;
  const TierDays& days_;
  State state_;
  std::vector<std::string> entered_;
  std::vector<Visit> visits_;  // days lived, in order
};

// Whether one of the tier's bars is reached.
bool is_reached(const v1::Tier& tier, const WindowSums& sums);

}  // namespace moadon
