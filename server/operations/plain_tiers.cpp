#include "server/operations/plain_tiers.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/time/civil_time.h"
#include "rules/calendar.h"

namespace moadon {
namespace {

struct KeptDay {
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
};
using KeptDays = std::map<int64_t, KeptDay>;

struct Window {
  int64_t spend_minor = 0;
  int64_t purchase_days = 0;
};

int64_t first_of_year(int64_t day) {
  return day_number(absl::CivilDay(day_of_number(day).year(), 1, 1));
}

// What is kept of the purchases of `tier`'s window on `today`, through the day `through`.
Window window_of(const v1::Tier& tier, const KeptDays& kept, int64_t today, int64_t through) {
  int64_t first = std::numeric_limits<int64_t>::min();
  if (tier.window_case() == v1::Tier::kRollingDays) first = today - tier.rolling_days() + 1;
  if (tier.window_case() == v1::Tier::kCalendarYear) first = first_of_year(today);
  Window window;
  for (auto day = kept.lower_bound(first); day != kept.end() && day->first <= through; ++day) {
    window.spend_minor += day->second.spend_minor;
    if (day->second.units_milli > 0) ++window.purchase_days;
  }
  window.spend_minor = std::max<int64_t>(window.spend_minor, 0);
  return window;
}

bool reaches(const v1::Tier& tier, const Window& window) {
  return std::any_of(tier.any_of().begin(), tier.any_of().end(), [&](const v1::TierBar& bar) {
    return window.spend_minor >= bar.spend_minor() && window.purchase_days >= bar.purchase_days();
  });
}

// One walk over the days with what was kept of their purchases at one time.
class Walk final {
 public:
  Walk(const std::vector<PlainFloor>& floors, const std::vector<PlainTierVersion>& versions)
      : floors_(floors), versions_(versions) {}

  // Lives `today`: its start, at which only time, versions and locks act, then its purchases.
  // Appends the moves that it makes.
  void live(int64_t today, const KeptDays& kept, std::vector<PlainTierMove>& moves) {
    version_ = &version_on(today);
    tier_ = index_of(id_);
    const int lapsed_to = lapse(today, kept);
    const int risen_to = std::max(highest(kept, today, today - 1), floor_on(today));
    move(std::max(lapsed_to, risen_to), today, today - 1, kept, moves);
    const int reached = highest(kept, today, today);
    move(std::max(tier_, reached), today, today, kept, moves);
    is_at_rest_ = tier_ == reached;
  }

  // Tells the move to where this walk ended from where another did, which knew less of returns.
  void tell_undone(const std::string& from_id, int64_t today, const KeptDays& kept,
                   std::vector<PlainTierMove>& moves) const {
    if (from_id == id_) return;
    const int decided_by = std::max(tier_, index_of(from_id));
    Window window;
    if (decided_by >= 0) window = window_of(version_->tiers[decided_by], kept, today, today);
    moves.push_back(
        {today, from_id, id_, window.spend_minor, window.purchase_days, version_->program_version});
  }

  const std::string& tier_id() const { return id_; }
  const std::set<std::string>& entered() const { return entered_; }
  // Whether only purchases, windows, versions and locks can move it on.
  bool is_at_rest() const { return is_at_rest_; }

 private:
  const PlainTierVersion& version_on(int64_t today) const {
    const PlainTierVersion* in_force = &versions_.front();
    for (const PlainTierVersion& version : versions_) {
      if (&version != &versions_.front() && version.start_day <= today) in_force = &version;
    }
    return *in_force;
  }

  int index_of(const std::string& id) const {
    for (size_t i = 0; i < version_->tiers.size(); ++i) {
      if (!id.empty() && version_->tiers[i].tier_id() == id) return static_cast<int>(i);
    }
    return -1;
  }

  int floor_on(int64_t today) const {
    int floor = -1;
    for (const PlainFloor& lock : floors_) {
      const bool is_locked = lock.from_day <= today && today <= lock.until_day;
      if (is_locked) floor = std::max(floor, index_of(lock.tier_id));
    }
    return floor;
  }

  int highest(const KeptDays& kept, int64_t today, int64_t through) const {
    for (int i = static_cast<int>(version_->tiers.size()) - 1; i >= 0; --i) {
      const v1::Tier& tier = version_->tiers[i];
      if (reaches(tier, window_of(tier, kept, today, through))) return i;
    }
    return -1;
  }

  // The tier after the clock of the present one has moved on by a day start.
  int lapse(int64_t today, const KeptDays& kept) {
    if (highest(kept, today, today - 1) >= tier_ || floor_on(today) >= tier_) {
      below_since_.reset();
      return tier_;
    }
    if (!below_since_) below_since_ = today;
    if (today < *below_since_ + version_->tiers[tier_].grace_days()) return tier_;
    below_since_.reset();
    return tier_ - 1;
  }

  void move(int to, int64_t today, int64_t through, const KeptDays& kept,
            std::vector<PlainTierMove>& moves) {
    if (to == tier_) return;
    const v1::Tier& decided_by = version_->tiers[std::max(to, tier_)];
    const Window window = window_of(decided_by, kept, today, through);
    const std::string to_id = to < 0 ? "" : version_->tiers[to].tier_id();
    if (to > tier_) {
      entered_.insert(to_id);
      below_since_.reset();
    }
    moves.push_back(
        {today, id_, to_id, window.spend_minor, window.purchase_days, version_->program_version});
    tier_ = to;
    id_ = to_id;
  }

  const std::vector<PlainFloor>& floors_;
  const std::vector<PlainTierVersion>& versions_;
  const PlainTierVersion* version_ = nullptr;
  std::string id_;
  int tier_ = -1;
  std::optional<int64_t> below_since_;
  bool is_at_rest_ = true;
  std::set<std::string> entered_;
};

// The day from which on, without new facts, only clocks that run already move anything.
int64_t quiet_from(const std::vector<PlainFact>& facts, const std::vector<PlainFloor>& floors,
                   const std::vector<PlainTierVersion>& versions, int64_t first) {
  int64_t last_fact = first;
  for (const PlainFact& fact : facts) last_fact = std::max(last_fact, fact.fact_day);
  int64_t quiet = last_fact;
  for (const PlainFloor& lock : floors) quiet = std::max(quiet, lock.until_day + 1);
  for (const PlainTierVersion& version : versions) {
    if (&version != &versions.front()) quiet = std::max(quiet, version.start_day);
    for (const v1::Tier& tier : version.tiers) {
      quiet = std::max(
          {quiet, last_fact + tier.rolling_days(), first_of_year(first_of_year(last_fact) + 366)});
    }
  }
  return quiet;
}

}  // namespace

PlainTierLife plain_tiers(const std::vector<PlainFact>& facts,
                          const std::vector<PlainFloor>& floors,
                          const std::vector<PlainTierVersion>& versions, int64_t until) {
  PlainTierLife life;
  int64_t first = std::numeric_limits<int64_t>::max();
  for (const PlainFact& fact : facts) first = std::min(first, fact.purchase_day);
  for (const PlainFloor& lock : floors) first = std::min(first, lock.from_day);
  if (first > until) return life;
  std::multimap<int64_t, PlainFact> by_day;
  for (const PlainFact& fact : facts) by_day.emplace(fact.fact_day, fact);
  const int64_t quiet = quiet_from(facts, floors, versions, first);
  KeptDays kept;
  std::optional<Walk> walk(std::in_place, floors, versions);
  for (int64_t today = first; today <= until; ++today) {
    bool is_past_changed = false;
    const auto [begin, end] = by_day.equal_range(today);
    for (auto fact = begin; fact != end; ++fact) {
      KeptDay& day = kept[fact->second.purchase_day];
      day.units_milli += fact->second.units_milli;
      day.spend_minor += fact->second.spend_minor;
      if (fact->second.purchase_day < today) is_past_changed = true;
    }
    if (is_past_changed) {
      // The whole path again, with what is kept now; seen from yesterday it is one move.
      const std::string before = walk->tier_id();
      walk.emplace(floors, versions);
      std::vector<PlainTierMove> path;
      for (int64_t day = first; day <= today; ++day) walk->live(day, kept, path);
      walk->tell_undone(before, today, kept, life.moves);
    } else {
      walk->live(today, kept, life.moves);
    }
    if (today > quiet && walk->is_at_rest()) break;
  }
  life.tier_id = walk->tier_id();
  life.entered = walk->entered();
  return life;
}

}  // namespace moadon
