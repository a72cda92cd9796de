#include "server/insight/purchase_histories.h"

#include <algorithm>
#include <map>

#include "rules/calendar.h"

namespace moadon {
namespace {

ShortDay short_day(int64_t day) {
  return static_cast<ShortDay>(std::clamp<int64_t>(day, 0, kLastShortDay));
}

// When units of one purchase day were kept, from the changes by the day on which they count.
std::vector<CountedDay> counted_while_kept(int64_t day,
                                           const std::map<int64_t, int64_t>& units_by_fact_day) {
  std::vector<CountedDay> counted;
  int64_t kept_milli = 0;
  for (const auto& [fact_day, units_milli] : units_by_fact_day) {
    const bool counted_before = kept_milli > 0;
    kept_milli += units_milli;
    if (kept_milli > 0 && !counted_before) {
      counted.push_back({short_day(day), short_day(fact_day)});
    } else if (kept_milli <= 0 && counted_before) {
      counted.back().until = short_day(fact_day);
    }
  }
  return counted;
}

// What of `counted` lies outside the period.
std::vector<CountedDay> without(const std::vector<CountedDay>& counted, const DayPeriod& away) {
  const ShortDay away_from = short_day(day_number(away.from_day));
  const ShortDay away_until =
      away.until_day ? short_day(day_number(*away.until_day)) : short_day(kLastShortDay);
  std::vector<CountedDay> rest;
  for (const CountedDay& day : counted) {
    const ShortDay before_ends = std::min(day.until, away_from);
    const ShortDay after_begins = std::max(day.from, away_until);
    if (day.from < before_ends) rest.push_back({day.day, day.from, before_ends});
    if (after_begins < day.until) rest.push_back({day.day, after_begins, day.until});
  }
  return rest;
}

}  // namespace

std::vector<CountedDay> counted_days(const MemberTimeline& member) {
  // By purchase day, the units that came or went by the day on which that counts.
  std::map<int64_t, std::map<int64_t, int64_t>> units_by_day;
  for (const SpendFact& fact : member.facts) {
    units_by_day[day_number(fact.purchase_day)][day_number(fact.fact_day)] += fact.units_milli;
  }
  std::vector<CountedDay> all;
  for (const auto& [day, units_by_fact_day] : units_by_day) {
    if (day > kLastShortDay) break;
    std::vector<CountedDay> counted = counted_while_kept(day, units_by_fact_day);
    for (const DayPeriod& away : member.merges.away) counted = without(counted, away);
    all.insert(all.end(), counted.begin(), counted.end());
  }
  return all;
}

absl::Span<const ShortDay> MemberDays::as_of(int64_t day, std::vector<ShortDay>& scratch) const {
  if (counted_.empty()) {
    const auto end = std::upper_bound(plain_.begin(), plain_.end(), day);
    return plain_.first(static_cast<size_t>(end - plain_.begin()));
  }
  scratch.clear();
  for (const CountedDay& counted : counted_) {
    if (counted.day <= day && counted.from <= day && day < counted.until) {
      scratch.push_back(counted.day);
    }
  }
  return scratch;
}

void PurchaseHistories::add_plain(absl::Span<const int64_t> days) {
  for (const int64_t day : days) {
    if (day <= kLastShortDay) plain_.push_back(short_day(day));
  }
  members_.push_back(
      {static_cast<uint32_t>(plain_.size()), static_cast<uint32_t>(counted_.size())});
}

void PurchaseHistories::add_counted(absl::Span<const CountedDay> days) {
  counted_.insert(counted_.end(), days.begin(), days.end());
  members_.push_back(
      {static_cast<uint32_t>(plain_.size()), static_cast<uint32_t>(counted_.size())});
}

void PurchaseHistories::shrink() {
  plain_.shrink_to_fit();
  counted_.shrink_to_fit();
  members_.shrink_to_fit();
}

MemberDays PurchaseHistories::operator[](size_t member) const {
  const Ends begin = member == 0 ? Ends{} : members_[member - 1];
  const Ends end = members_[member];
  if (end.counted > begin.counted) {
    return MemberDays(
        absl::MakeConstSpan(counted_).subspan(begin.counted, end.counted - begin.counted));
  }
  return MemberDays(absl::MakeConstSpan(plain_).subspan(begin.plain, end.plain - begin.plain));
}

}  // namespace moadon
