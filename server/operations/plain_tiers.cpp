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
    const size_t version = version_on(today);
    const std::string held = followed(id_, at_, version);
    at_ = version;
    tier_ = index_of(at_, held);
    const bool is_dropped = held != id_;
    if (is_dropped) below_since_.reset();
    const int stays_at = is_dropped ? tier_ : lapse(today, kept);
    const int rises_to = std::max(highest(kept, today, today - 1), floor_on(today));
    move(std::max(stays_at, rises_to), today, today - 1, kept, moves);
    const int reached = highest(kept, today, today);
    move(std::max(tier_, reached), today, today, kept, moves);
    is_at_rest_ = tier_ == reached;
  }

  // Tells the move to where this walk ended from where another did, which knew less of returns.
  void tell_undone(const std::string& from_id, int64_t today, const KeptDays& kept,
                   std::vector<PlainTierMove>& moves) const {
    if (from_id == id_) return;
    tell(from_id, std::max(tier_, index_of(at_, from_id)), today, today, kept, moves);
  }

  const std::string& tier_id() const { return id_; }
  const std::set<std::string>& entered() const { return entered_; }
  // Whether only purchases, windows, versions and locks can move it on.
  bool is_at_rest() const { return is_at_rest_; }

 private:
  const std::vector<v1::Tier>& tiers() const { return versions_[at_].tiers; }

  size_t version_on(int64_t today) const {
    size_t in_force = 0;
    for (size_t i = 1; i < versions_.size(); ++i) {
      if (versions_[i].start_day <= today) in_force = i;
    }
    return in_force;
  }

  int index_of(size_t version, const std::string& id) const {
    const std::vector<v1::Tier>& tiers = versions_[version].tiers;
    for (size_t i = 0; i < tiers.size(); ++i) {
      if (!id.empty() && tiers[i].tier_id() == id) return static_cast<int>(i);
    }
    return -1;
  }

  // A tier that a version drops goes on as the highest in it of those that ranked below.
  std::string followed(std::string id, size_t from, size_t to) const {
    for (size_t version = from; version < to; ++version) {
      if (index_of(version + 1, id) >= 0) continue;
      int highest = -1;
      for (int below = index_of(version, id) - 1; below >= 0; --below) {
        const std::string& other = versions_[version].tiers[below].tier_id();
        highest = std::max(highest, index_of(version + 1, other));
      }
      id = highest < 0 ? "" : versions_[version + 1].tiers[highest].tier_id();
    }
    return id;
  }

  int floor_on(int64_t today) const {
    int floor = -1;
    for (const PlainFloor& lock : floors_) {
      if (today < lock.from_day || lock.until_day < today) continue;
      const std::string id = followed(lock.tier_id, version_on(lock.from_day), at_);
      floor = std::max(floor, index_of(at_, id));
    }
    return floor;
  }

  int highest(const KeptDays& kept, int64_t today, int64_t through) const {
    for (int i = static_cast<int>(tiers().size()) - 1; i >= 0; --i) {
      const v1::Tier& tier = tiers()[i];
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
    if (today < *below_since_ + tiers()[tier_].grace_days()) return tier_;
    below_since_.reset();
    return tier_ - 1;
  }

  void move(int to, int64_t today, int64_t through, const KeptDays& kept,
            std::vector<PlainTierMove>& moves) {
    const std::string to_id = to < 0 ? "" : tiers()[to].tier_id();
    const int decided_by = std::max(to, tier_);
    const bool is_rise = to > tier_;
    tier_ = to;
    if (to_id == id_) return;
    below_since_.reset();
    if (is_rise) entered_.insert(to_id);
    tell(id_, decided_by, today, through, kept, moves);
    id_ = to_id;
  }

  // Writes down a move from `from` to the present tier.
  void tell(const std::string& from, int decided_by, int64_t today, int64_t through,
            const KeptDays& kept, std::vector<PlainTierMove>& moves) const {
    Window window;
    if (decided_by >= 0) window = window_of(tiers()[decided_by], kept, today, through);
    moves.push_back({today, from, tier_ < 0 ? "" : tiers()[tier_].tier_id(), window.spend_minor,
                     window.purchase_days, versions_[at_].program_version});
  }

  const std::vector<PlainFloor>& floors_;
  const std::vector<PlainTierVersion>& versions_;
  size_t at_ = 0;  // the version in force
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

int64_t version_number_on(const std::vector<PlainTierVersion>& versions, int64_t day) {
  int64_t number = versions.front().program_version;
  for (const PlainTierVersion& version : versions) {
    if (&version != &versions.front() && version.start_day <= day) number = version.program_version;
  }
  return number;
}

// Lays the times of being part of another over the walk, day by day.
void hide(PlainTierLife& life, const std::vector<PlainTierVersion>& versions, int64_t until,
          const std::vector<PlainPeriod>& away) {
  std::map<int64_t, std::vector<PlainTierMove>> walked;
  for (const PlainTierMove& move : life.moves) walked[move.day].push_back(move);
  for (const PlainPeriod& period : away) {
    walked[period.from_day];
    if (period.until_day) walked[*period.until_day];
  }
  life.moves.clear();
  std::string seen;
  std::string unseen;
  for (const auto& [day, moves] : walked) {
    if (day > until) break;
    if (!moves.empty()) unseen = moves.back().to;
    const bool is_hidden = plain_is_away(away, day) || plain_is_away(away, day - 1);
    const std::string to = plain_is_away(away, day) ? "" : unseen;
    if (!is_hidden) {
      life.moves.insert(life.moves.end(), moves.begin(), moves.end());
    } else if (to != seen) {
      life.moves.push_back({day, seen, to, 0, 0, version_number_on(versions, day)});
    }
    seen = to;
  }
  if (plain_is_away(away, until)) life.tier_id.clear();
}

}  // namespace

PlainTierLife plain_tiers(const std::vector<PlainFact>& facts,
                          const std::vector<PlainFloor>& floors,
                          const std::vector<PlainTierVersion>& versions, int64_t until,
                          const std::vector<PlainPeriod>& away) {
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
  if (!away.empty()) hide(life, versions, until, away);
  return life;
}

}  // namespace moadon
