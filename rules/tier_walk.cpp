#include "rules/tier_walk.h"

#include <algorithm>

#include "rules/calendar.h"

namespace moadon {

TierLadder::TierLadder(const TierVersions& versions, absl::Span<const TierFloor> floors)
    : versions_(versions) {
  for (const TierVersion& version : versions) start_days_.push_back(day_number(version.start_day));
  start_days_.front() = INT64_MIN;
  for (const TierFloor& floor : floors) {
    floors_.push_back({day_number(floor.from_day), day_number(floor.until_day), ranks_of(floor)});
  }
}

size_t TierLadder::version_on(int64_t day) const {
  size_t version = versions_.size() - 1;
  while (start_days_[version] > day) --version;
  return version;
}

int TierLadder::rank_of(size_t version, const std::string& tier_id) const {
  const std::vector<v1::Tier>& tiers = versions_[version].tiers;
  const auto found = std::find_if(tiers.begin(), tiers.end(),
                                  [&](const v1::Tier& tier) { return tier.tier_id() == tier_id; });
  return found == tiers.end() ? kNoTier : static_cast<int>(found - tiers.begin());
}

int TierLadder::rank_in_next(size_t version, int rank) const {
  if (rank == kNoTier) return kNoTier;
  const std::vector<v1::Tier>& tiers = versions_[version].tiers;
  int highest = rank_of(version + 1, tiers[rank].tier_id());
  if (highest != kNoTier) return highest;
  while (--rank >= 0) highest = std::max(highest, rank_of(version + 1, tiers[rank].tier_id()));
  return highest;
}

int TierLadder::floor_on(int64_t day, size_t version) const {
  int highest = kNoTier;
  for (const Floor& floor : floors_) {
    if (floor.from_day <= day && day <= floor.until_day) {
      highest = std::max(highest, floor.ranks[version]);
    }
  }
  return highest;
}

int64_t TierLadder::next_day(int64_t day) const {
  int64_t next = kNeverDay;
  const auto offer = [&](int64_t candidate) {
    if (candidate > day) next = std::min(next, candidate);
  };
  for (const int64_t start_day : start_days_) offer(start_day);
  for (const Floor& floor : floors_) {
    offer(floor.from_day);
    offer(floor.until_day + 1);
  }
  return next;
}

int64_t TierLadder::first_floor_day() const {
  int64_t first = kNeverDay;
  for (const Floor& floor : floors_) first = std::min(first, floor.from_day);
  return first;
}

std::vector<int> TierLadder::ranks_of(const TierFloor& floor) const {
  const size_t decided_in = version_on(day_number(floor.from_day));
  std::vector<int> ranks(versions_.size(), kNoTier);
  ranks[decided_in] = rank_of(decided_in, floor.tier_id);
  for (size_t version = decided_in + 1; version < ranks.size(); ++version) {
    ranks[version] = rank_in_next(version - 1, ranks[version - 1]);
  }
  return ranks;
}

void TierWalk::live(int64_t day, std::vector<TierStep>* steps) {
  visits_.push_back({day, state_, entered_.size()});
  const std::string from = tier_id();
  const size_t old_version = state_.version;
  const bool was_dropped = pass_version(day);
  const bool can_rise = days_.can_gain_by_loss() || state_.version != old_version;
  const int at_start = reached(day, day - 1, can_rise ? top() : state_.rank);
  const int floor = ladder_.floor_on(day, state_.version);
  const int stays_at = was_dropped ? state_.rank : lapse(day, at_start, floor);
  const int to = std::max({stays_at, at_start, floor});
  move(to, reason_at_start(day, to, at_start, was_dropped), day, day - 1, from, steps);
  const int at_end = reached(day, day, top());
  if (at_end > state_.rank) {
    move(at_end, v1::TIER_REASON_PURCHASE, day, day, tier_id(), steps);
  }
}

void TierWalk::live_between(int64_t day, int64_t last, std::vector<TierStep>* steps) {
  while ((day = next_day(day)) <= last) live(day, steps);
}

// Without days that a window gains by losing, nothing rises by time alone, and nobody falls while
// the present tier's own window keeps its bar.
int64_t TierWalk::next_day(int64_t day) const {
  int64_t next = std::min(days_.next_day(day), ladder_.next_day(day));
  const std::vector<v1::Tier>& tiers = version().tiers;
  const bool is_below = state_.below_since != kNeverDay;
  const bool can_gain = days_.can_gain_by_loss();
  if (can_gain) {
    for (size_t i = std::max(state_.rank, 0); i < tiers.size(); ++i) {
      next = std::min(next, days_.next_loss(tiers[i], day));
    }
  } else if (state_.rank != kNoTier && !is_below) {
    next = std::min(next, days_.next_loss(tiers[state_.rank], day));
  }
  if (is_below) {
    const int64_t lapse_day = state_.below_since + tiers[state_.rank].grace_days();
    if (lapse_day > day) next = std::min(next, lapse_day);
  }
  // The day start after a move or a purchase, which may start or stop the clock.
  const bool has_clock = is_below || can_gain;
  if (state_.moved_on == day || (has_clock && days_.has_day(day))) next = std::min(next, day + 1);
  return next;
}

void TierWalk::rewind(int64_t day) {
  for (; !visits_.empty() && visits_.back().day >= day; visits_.pop_back()) {
    state_ = visits_.back().before;
    entered_.resize(visits_.back().entered_count);
  }
}

std::string TierWalk::tier_id() const {
  return state_.rank == kNoTier ? "" : version().tiers[state_.rank].tier_id();
}

// The highest tier up to `highest` whose bar is reached, if it is not lower than the present one;
// else kNoTier.
int TierWalk::reached(int64_t day, int64_t through, int highest) const {
  const std::vector<v1::Tier>& tiers = version().tiers;
  for (int rank = highest; rank >= std::max(state_.rank, 0); --rank) {
    if (is_reached(tiers[rank], days_.sums(tiers[rank], day, through))) return rank;
  }
  return kNoTier;
}

// Takes the tier along into the version of `day`; whether it exists no more.
bool TierWalk::pass_version(int64_t day) {
  const std::string held = tier_id();
  for (const size_t version = ladder_.version_on(day); state_.version < version; ++state_.version) {
    state_.rank = ladder_.rank_in_next(state_.version, state_.rank);
  }
  if (tier_id() == held) return false;
  state_.below_since = kNeverDay;
  return true;
}

// The tier after its clock has moved on by a day start.
int TierWalk::lapse(int64_t day, int reached, int floor) {
  if (std::max(reached, floor) >= state_.rank) {
    state_.below_since = kNeverDay;
    return state_.rank;
  }
  if (state_.below_since == kNeverDay) state_.below_since = day;
  const int64_t lapse_day = state_.below_since + version().tiers[state_.rank].grace_days();
  return day < lapse_day ? state_.rank : state_.rank - 1;
}

v1::TierReason TierWalk::reason_at_start(int64_t day, int to, int reached, bool was_dropped) const {
  if (was_dropped) return v1::TIER_REASON_PROGRAM;
  if (to < state_.rank) return v1::TIER_REASON_LAPSE;
  if (reached < to) return v1::TIER_REASON_LOCK;
  const bool is_new_version = ladder_.version_on(day - 1) != state_.version;
  return is_new_version ? v1::TIER_REASON_PROGRAM : v1::TIER_REASON_PURCHASE;
}

void TierWalk::move(int to, v1::TierReason reason, int64_t day, int64_t through,
                    const std::string& from, std::vector<TierStep>* steps) {
  const int decided_by = std::max(to, state_.rank);
  const bool is_rise = to > state_.rank;
  state_.rank = to;
  if (tier_id() == from) return;
  state_.below_since = kNeverDay;
  state_.moved_on = day;
  if (is_rise) entered_.push_back(tier_id());
  if (steps == nullptr) return;
  WindowSums sums;
  if (decided_by != kNoTier) sums = days_.sums(version().tiers[decided_by], day, through);
  steps->push_back({day_of_number(day), from, tier_id(), reason, sums.spend_minor,
                    sums.purchase_days, version().program_version});
}

bool is_reached(const v1::Tier& tier, const WindowSums& sums) {
  return std::any_of(tier.any_of().begin(), tier.any_of().end(), [&](const v1::TierBar& bar) {
    return sums.spend_minor >= bar.spend_minor() && sums.purchase_days >= bar.purchase_days();
  });
}

}  // namespace moadon
