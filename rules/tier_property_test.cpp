// tier_path against the rules told day by day, without any of its shortcuts.
#include <rapidcheck.h>

#include <map>
#include <set>

#include "rules/tier.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// So that a year ends among the days.
const absl::CivilDay kStart(2026, 12, 15);
constexpr int kDays = 45;
constexpr int kLongEnough = 150;  // for windows and grace; and with a calendar year:
constexpr int kLongEnoughForYears = 450;

struct Member {
  std::vector<SpendFact> facts;
  std::vector<TierFloor> floors;
  TierVersions versions;
};

// A whole life, day by day, with the facts that count up to `known`.
class PlainLife {
 public:
  PlainLife(const Member& member, absl::CivilDay known) : member_(member), known_(known) {}

  void live(absl::CivilDay day) {
    const std::string before = tier_;
    const TierVersion& version = version_on(day);
    const bool was_dropped = take_along(version);
    const std::string reached = highest(version, day, day - 1);
    const std::string floor = floor_on(version, day);
    const bool is_below = rank(version, reached) < rank(version, tier_) &&
                          rank(version, floor) < rank(version, tier_);
    if (was_dropped) {
      day_starts_below_ = 0;
    } else {
      day_starts_below_ = is_below ? day_starts_below_ + 1 : 0;
      if (is_below && day_starts_below_ > version.tiers[rank(version, tier_)].grace_days()) {
        const int lower = rank(version, tier_) - 1;
        tier_ = lower < 0 ? "" : version.tiers[lower].tier_id();
        day_starts_below_ = 0;
      }
    }
    rise(version, rank(version, floor) > rank(version, reached) ? floor : reached);
    moved_ = tier_ != before;
    rise(version, highest(version, day, day));
  }

  const std::string& tier() const { return tier_; }
  bool moved() const { return moved_; }
  const std::set<std::string>& entered() const { return entered_; }

  const TierVersion& version_on(absl::CivilDay day) const {
    size_t found = 0;
    for (size_t i = 1; i < member_.versions.size(); ++i) {
      if (member_.versions[i].start_day <= day) found = i;
    }
    return member_.versions[found];
  }
  static int rank(const TierVersion& version, const std::string& id) {
    for (size_t i = 0; i < version.tiers.size(); ++i) {
      if (version.tiers[i].tier_id() == id) return static_cast<int>(i);
    }
    return -1;
  }
  std::pair<int64_t, int64_t> sums(const v1::Tier& tier, absl::CivilDay today,
                                   absl::CivilDay through) const {
    std::map<absl::CivilDay, std::pair<int64_t, int64_t>> days;
    for (const SpendFact& fact : member_.facts) {
      if (fact.fact_day > known_ || fact.purchase_day > through) continue;
      if (tier.has_rolling_days() && fact.purchase_day <= today - tier.rolling_days()) continue;
      if (tier.has_calendar_year() && fact.purchase_day.year() != today.year()) continue;
      days[fact.purchase_day].first += fact.units_milli;
      days[fact.purchase_day].second += fact.spend_minor;
    }
    std::pair<int64_t, int64_t> result{0, 0};
    for (const auto& [day, kept] : days) {
      result.first += kept.second;
      result.second += kept.first > 0 ? 1 : 0;
    }
    result.first = std::max<int64_t>(result.first, 0);
    return result;
  }

 private:
  std::string highest(const TierVersion& version, absl::CivilDay today,
                      absl::CivilDay through) const {
    std::string found;
    for (const v1::Tier& tier : version.tiers) {
      const auto [spend, days] = sums(tier, today, through);
      for (const v1::TierBar& bar : tier.any_of()) {
        if (spend >= bar.spend_minor() && days >= bar.purchase_days()) found = tier.tier_id();
      }
    }
    return found;
  }

  // What a tier of one version is in a later one, version by version.
  std::string later(std::string id, const TierVersion* from, const TierVersion& to) const {
    for (; from != &to; ++from) {
      const TierVersion& next = *(from + 1);
      if (rank(next, id) >= 0) continue;
      std::string best;
      for (int i = 0; i < rank(*from, id); ++i) {
        const std::string& lower = from->tiers[i].tier_id();
        if (rank(next, lower) > rank(next, best)) best = lower;
      }
      id = best;
    }
    return id;
  }

  bool take_along(const TierVersion& version) {
    const std::string held = tier_;
    if (last_version_ != nullptr) tier_ = later(tier_, last_version_, version);
    last_version_ = &version;
    return tier_ != held;
  }

  std::string floor_on(const TierVersion& version, absl::CivilDay day) const {
    std::string floor;
    for (const TierFloor& lock : member_.floors) {
      if (day < lock.from_day || lock.until_day < day) continue;
      const TierVersion& decided_in = version_on(lock.from_day);
      if (rank(decided_in, lock.tier_id) < 0) continue;
      const std::string id = later(lock.tier_id, &decided_in, version);
      if (rank(version, id) > rank(version, floor)) floor = id;
    }
    return floor;
  }

  void rise(const TierVersion& version, const std::string& to) {
    if (rank(version, to) <= rank(version, tier_)) return;
    tier_ = to;
    entered_.insert(to);
    day_starts_below_ = 0;
    moved_ = true;
  }

  const Member& member_;
  absl::CivilDay known_;
  std::string tier_;
  const TierVersion* last_version_ = nullptr;
  int day_starts_below_ = 0;
  bool moved_ = false;
  std::set<std::string> entered_;
};

PlainLife plain_life(const Member& member, absl::CivilDay day) {
  PlainLife life(member, day);
  for (absl::CivilDay today = kStart - 1; today <= day; ++today) life.live(today);
  return life;
}

absl::CivilDay any_day() { return kStart + *rc::gen::inRange(0, kDays); }

v1::Tier any_tier(const std::string& id, int rank) {
  v1::Tier tier;
  tier.set_tier_id(id);
  for (int i = *rc::gen::inRange(1, 3); i > 0; --i) {
    v1::TierBar& bar = *tier.add_any_of();
    bar.set_spend_minor(*rc::gen::inRange(0, 10) * (rank + 1));
    bar.set_purchase_days(*rc::gen::inRange(0, 2 + rank));
    if (bar.spend_minor() == 0 && bar.purchase_days() == 0) bar.set_purchase_days(1);
  }
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      tier.mutable_calendar_year();
      break;
    case 1:
      tier.mutable_lifetime();
      break;
    default:
      tier.set_rolling_days(*rc::gen::inRange(1, 20));
  }
  tier.set_grace_days(*rc::gen::inRange(0, 6));
  return tier;
}

TierVersions any_versions() {
  TierVersions versions;
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
    std::vector<std::string> ids = {"a", "b", "c", "d"};
    TierVersion version;
    version.start_day = any_day();
    for (int rank = 0, count = *rc::gen::inRange(0, 4); rank < count; ++rank) {
      const size_t index = *rc::gen::inRange<size_t>(0, ids.size());
      version.tiers.push_back(any_tier(ids[index], rank));
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(index));
    }
    versions.push_back(version);
  }
  std::sort(versions.begin(), versions.end(),
            [](const auto& a, const auto& b) { return a.start_day < b.start_day; });
  for (size_t i = 0; i < versions.size(); ++i)
    versions[i].program_version = static_cast<int>(i + 1);
  return versions;
}

Member any_member() {
  Member member;
  member.versions = any_versions();
  for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
    const absl::CivilDay day = any_day();
    const auto units = *rc::gen::inRange<int64_t>(1, 4);
    const auto spend = *rc::gen::inRange<int64_t>(0, 12);
    if (*rc::gen::inRange(0, 8) == 0) {  // a return without a receipt
      member.facts.push_back({day, day, 0, -spend});
      continue;
    }
    member.facts.push_back({day, day, units, spend});
    if (*rc::gen::inRange(0, 2) == 0) {
      const auto gone = *rc::gen::inRange<int64_t>(1, units + 1);
      member.facts.push_back({day, day + *rc::gen::inRange(0, 20), -gone, -(spend * gone / units)});
    }
  }
  for (int i = *rc::gen::inRange(-2, 3); i > 0; --i) {
    const absl::CivilDay day = any_day();
    const char* const ids[] = {"a", "b", "c"};
    member.floors.push_back({ids[*rc::gen::inRange(0, 3)], day, day + *rc::gen::inRange(0, 15)});
  }
  return member;
}

// The first day after `until` with a move by time alone, or with a fact.
absl::optional<absl::CivilDay> plain_next_day(const Member& member, absl::CivilDay until) {
  bool counts_years = false;
  for (const TierVersion& version : member.versions) {
    for (const v1::Tier& tier : version.tiers) counts_years |= tier.has_calendar_year();
  }
  const absl::CivilDay last = until + (counts_years ? kLongEnoughForYears : kLongEnough);
  PlainLife life = plain_life(member, until);
  for (absl::CivilDay day = until + 1; day <= last; ++day) {
    for (const SpendFact& fact : member.facts) {
      if (fact.fact_day == day) return day;
    }
    life.live(day);
    if (life.moved()) return day;
  }
  return absl::nullopt;
}

void check_gaps(const Member& member, const TierPath& path, const PlainLife& life,
                absl::CivilDay until) {
  const TierVersion& version = life.version_on(until);
  const auto next = static_cast<size_t>(PlainLife::rank(version, path.at_end) + 1);
  if (next >= version.tiers.size()) {
    RC_ASSERT(path.next_gaps.empty());
    return;
  }
  const v1::Tier& tier = version.tiers[next];
  const auto [spend, days] = life.sums(tier, until, until);
  RC_ASSERT(path.next_gaps.size() == static_cast<size_t>(tier.any_of_size()));
  for (int i = 0; i < tier.any_of_size(); ++i) {
    const v1::TierGap& gap = path.next_gaps[i];
    RC_ASSERT(gap.spend_minor() == std::max<int64_t>(tier.any_of(i).spend_minor() - spend, 0));
    RC_ASSERT(gap.purchase_days() == std::max<int64_t>(tier.any_of(i).purchase_days() - days, 0));
    RC_ASSERT(gap.spend_minor() + gap.purchase_days() > 0);
  }
}

TEST_CASE("path and end and gaps and next day agree with the rules told day by day") {
  CHECK(rc::check("any member under any programs", [] {
    const Member member = any_member();
    const absl::CivilDay until = any_day() + *rc::gen::inRange(0, 20);
    const TierPath path = tier_path(member.facts, member.floors, member.versions, until);
    std::string tier;
    size_t next = 0;
    for (absl::CivilDay day = kStart - 1; day <= until; ++day) {
      for (; next < path.steps.size() && path.steps[next].day == day; ++next) {
        RC_ASSERT(path.steps[next].from == tier);
        RC_ASSERT(path.steps[next].to != tier);
        tier = path.steps[next].to;
      }
      RC_ASSERT(tier == plain_life(member, day).tier());
    }
    RC_ASSERT(next == path.steps.size());
    const PlainLife life = plain_life(member, until);
    RC_ASSERT(path.at_end == life.tier());
    RC_ASSERT(path.entered ==
              std::vector<std::string>(life.entered().begin(), life.entered().end()));
    check_gaps(member, path, life, until);
    RC_ASSERT(path.next_day == plain_next_day(member, until));
  }));
}

TEST_CASE("a tier at its end is that of the days kept, and facts may come in any order") {
  CHECK(rc::check("any member", [] {
    Member member = any_member();
    const absl::CivilDay until = kStart + kDays + 20;
    const TierPath path = tier_path(member.facts, member.floors, member.versions, until);
    std::map<absl::CivilDay, SpendFact> days;
    for (const SpendFact& fact : member.facts) {
      SpendFact& day = days[fact.purchase_day];
      day.purchase_day = day.fact_day = fact.purchase_day;
      day.units_milli += fact.units_milli;
      day.spend_minor += fact.spend_minor;
    }
    std::vector<SpendFact> kept;
    for (const auto& [day, fact] : days) kept.push_back(fact);
    const TierPath now = tier_path(kept, member.floors, member.versions, until);
    RC_ASSERT(now.at_end == path.at_end);
    RC_ASSERT(now.next_day == path.next_day);
    RC_ASSERT(now.entered == path.entered);
    RC_ASSERT(now.next_gaps.size() == path.next_gaps.size());
    std::reverse(member.facts.begin(), member.facts.end());
    const TierPath reversed = tier_path(member.facts, member.floors, member.versions, until);
    RC_ASSERT(reversed.steps.size() == path.steps.size());
    for (size_t i = 0; i < path.steps.size(); ++i) {
      RC_ASSERT(reversed.steps[i].day == path.steps[i].day);
      RC_ASSERT(reversed.steps[i].to == path.steps[i].to);
      RC_ASSERT(reversed.steps[i].reason == path.steps[i].reason);
      RC_ASSERT(reversed.steps[i].window_spend_minor == path.steps[i].window_spend_minor);
    }
  }));
}

}  // namespace
}  // namespace moadon
