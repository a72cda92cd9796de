#include "server/operations/plain_merges.h"

#include <algorithm>
#include <functional>
#include <set>

namespace moadon {
namespace {

// Of whom a member is part at the end of a day.
std::optional<int64_t> kept_on(const std::vector<PlainMerge>& merges, int64_t lost_id,
                               int64_t day) {
  for (const PlainMerge& merge : merges) {
    const bool is_in_force = merge.merge_day <= day && (!merge.undo_day || day < *merge.undo_day);
    if (merge.lost_id == lost_id && is_in_force) return merge.kept_id;
  }
  return std::nullopt;
}

// The periods of the days on which `holds` says yes; it changes only when a merge does.
std::vector<PlainPeriod> periods_of(const std::vector<PlainMerge>& merges,
                                    const std::function<bool(int64_t)>& holds) {
  std::set<int64_t> turns;
  for (const PlainMerge& merge : merges) {
    turns.insert(merge.merge_day);
    if (merge.undo_day) turns.insert(*merge.undo_day);
  }
  std::vector<PlainPeriod> periods;
  bool is_inside = false;
  for (const int64_t day : turns) {
    const bool was_inside = is_inside;
    is_inside = holds(day);
    if (is_inside && !was_inside) periods.push_back({day, std::nullopt});
    if (!is_inside && was_inside) periods.back().until_day = day;
  }
  return periods;
}

}  // namespace

std::vector<PlainPeriod> plain_periods(const std::vector<PlainMerge>& merges, int64_t part_id,
                                       int64_t whole_id) {
  return periods_of(merges, [&](int64_t day) {
    for (auto at = kept_on(merges, part_id, day); at; at = kept_on(merges, *at, day)) {
      if (*at == whole_id) return true;
    }
    return false;
  });
}

std::vector<PlainPeriod> plain_away(const std::vector<PlainMerge>& merges, int64_t member_id) {
  return periods_of(merges,
                    [&](int64_t day) { return kept_on(merges, member_id, day).has_value(); });
}

void add_lent(const std::vector<PlainFact>& facts, const std::vector<PlainPeriod>& periods,
              std::vector<PlainFact>& into) {
  for (const PlainPeriod& period : periods) {
    for (const PlainFact& fact : facts) {
      if (period.until_day && fact.fact_day >= *period.until_day) continue;
      const int64_t from_day = std::max(fact.fact_day, period.from_day);
      into.push_back({fact.purchase_day, from_day, fact.units_milli, fact.spend_minor});
      if (!period.until_day) continue;
      into.push_back({fact.purchase_day, *period.until_day, -fact.units_milli, -fact.spend_minor});
    }
  }
}

void add_lent(const std::vector<PlainSign>& signs, const std::vector<PlainPeriod>& periods,
              std::vector<PlainSign>& into) {
  for (const PlainPeriod& period : periods) {
    for (const PlainSign& sign : signs) {
      if (period.until_day && sign.sign_day >= *period.until_day) continue;
      into.push_back({sign.sign_day, {std::max(sign.sign_day, period.from_day), period.until_day}});
    }
  }
}

void add_lent(const std::vector<PlainFloor>& floors, const std::vector<PlainPeriod>& periods,
              std::vector<PlainFloor>& into) {
  for (const PlainPeriod& period : periods) {
    for (const PlainFloor& floor : floors) {
      const int64_t last_day = period.until_day ? *period.until_day - 1 : floor.until_day;
      const PlainFloor lent{floor.tier_id, std::max(floor.from_day, period.from_day),
                            std::min(floor.until_day, last_day)};
      if (lent.from_day <= lent.until_day) into.push_back(lent);
    }
  }
}

}  // namespace moadon
