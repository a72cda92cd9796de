#include "rules/tier.h"

#include <algorithm>

#include "rules/calendar.h"
#include "rules/tier_days.h"
#include "rules/tier_walk.h"

namespace moadon {
namespace {

// A fact with its days as numbers.
struct DatedFact {
  int64_t purchase_day = 0;
  int64_t fact_day = 0;
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
};

// Facts by the day they count from, and the first such day after `until`.
struct DatedFacts {
  std::vector<DatedFact> until;
  int64_t next_day = kNeverDay;
};

DatedFacts dated(absl::Span<const SpendFact> facts, int64_t until) {
  DatedFacts result;
  for (const SpendFact& fact : facts) {
    const int64_t purchase_day = day_number(fact.purchase_day);
    const int64_t fact_day = std::max(purchase_day, day_number(fact.fact_day));
    if (fact_day > until) {
      result.next_day = std::min(result.next_day, fact_day);
    } else {
      result.until.push_back({purchase_day, fact_day, fact.units_milli, fact.spend_minor});
    }
  }
  std::sort(result.until.begin(), result.until.end(),
            [](const DatedFact& a, const DatedFact& b) { return a.fact_day < b.fact_day; });
  return result;
}

std::vector<int64_t> purchase_days_of(const std::vector<DatedFact>& facts) {
  std::vector<int64_t> days;
  days.reserve(facts.size());
  for (const DatedFact& fact : facts) days.push_back(fact.purchase_day);
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return days;
}

class Life final {
 public:
  Life(const TierLadder& ladder, const std::vector<DatedFact>& facts, const MergePeriods& merges)
      : ladder_(ladder), merges_(merges), days_(purchase_days_of(facts)), walk_(ladder, days_) {
    lived_ = std::min(days_.next_day(INT64_MIN), ladder.first_floor_day());
    if (lived_ != kNeverDay) --lived_;
  }

  void live(const std::vector<DatedFact>& facts, int64_t until) {
    for (auto fact = facts.begin(); fact != facts.end();) {
      const int64_t today = fact->fact_day;
      live_until(today - 1);
      int64_t earliest = today;
      for (; fact != facts.end() && fact->fact_day == today; ++fact) {
        days_.add(fact->purchase_day, fact->units_milli, fact->spend_minor);
        earliest = std::min(earliest, fact->purchase_day);
      }
      if (earliest < today) live_again(earliest, today);
      live_until(today);
    }
    live_until(until);
  }

  TierPath path(int64_t until, int64_t next_fact_day) && {
    TierPath path;
    path.steps = std::move(steps_);
    path.at_end = walk_.tier_id();
    path.entered = walk_.entered();
    std::sort(path.entered.begin(), path.entered.end());
    path.entered.erase(std::unique(path.entered.begin(), path.entered.end()), path.entered.end());
    path.next_gaps = next_gaps(until);
    const int64_t next = std::min(next_fact_day, next_move(until));
    if (next != kNeverDay) path.next_day = day_of_number(next);
    return path;
  }

 private:
  void live_until(int64_t day) {
    if (lived_ >= day) return;
    walk_.live_between(lived_, day, &steps_);
    lived_ = day;
  }

  // The whole path from `earliest` again, with what is kept now; seen from yesterday it is one
  // move.
  void live_again(int64_t earliest, int64_t today) {
    const std::string before = walk_.tier_id();
    walk_.rewind(earliest);
    walk_.live_between(earliest - 1, today - 1, nullptr);
    const bool was_undone = walk_.tier_id() != before;
    std::vector<TierStep> steps_today;
    walk_.live_between(today - 1, today, &steps_today);
    lived_ = today;
    if (walk_.tier_id() == before) return;
    const int rank_before = ladder_.rank_of(walk_.version_index(), before);
    const int decided_by = std::max(walk_.rank(), rank_before);
    WindowSums sums;
    if (decided_by != kNoTier) {
      sums = days_.sums(walk_.version().tiers[decided_by], today, today);
    }
    const bool is_return = was_undone && walk_.rank() < rank_before;
    v1::TierReason reason =
        is_return || steps_today.empty() ? v1::TIER_REASON_RETURN : steps_today.back().reason;
    if (is_merge_day(today)) reason = v1::TIER_REASON_MERGE;
    steps_.push_back({day_of_number(today), before, walk_.tier_id(), reason, sums.spend_minor,
                      sums.purchase_days, walk_.version().program_version});
  }

  bool is_merge_day(int64_t day) const {
    return std::find(merges_.days.begin(), merges_.days.end(), day_of_number(day)) !=
           merges_.days.end();
  }

  std::vector<v1::TierGap> next_gaps(int64_t until) const {
    std::vector<v1::TierGap> gaps;
    const TierVersion& version = ladder_.version(ladder_.version_on(until));
    const auto next = static_cast<size_t>(walk_.rank() + 1);
    if (next >= version.tiers.size()) return gaps;
    const WindowSums sums = days_.sums(version.tiers[next], until, until);
    for (const v1::TierBar& bar : version.tiers[next].any_of()) {
      v1::TierGap gap;
      gap.set_spend_minor(std::max<int64_t>(bar.spend_minor() - sums.spend_minor, 0));
      gap.set_purchase_days(
          static_cast<int32_t>(std::max<int64_t>(bar.purchase_days() - sums.purchase_days, 0)));
      gaps.push_back(gap);
    }
    return gaps;
  }

  // Ends: without new facts windows only lose, and versions, locks and clocks are finitely many.
  int64_t next_move(int64_t until) {
    if (lived_ == kNeverDay) return kNeverDay;
    std::vector<TierStep> steps;
    for (int64_t day = walk_.next_day(std::max(lived_, until)); day != kNeverDay;
         day = walk_.next_day(day)) {
      walk_.live(day, &steps);
      if (!steps.empty()) return day;
    }
    return kNeverDay;
  }

  const TierLadder& ladder_;
  const MergePeriods& merges_;
  TierDays days_;
  TierWalk walk_;
  int64_t lived_ = kNeverDay;  // through the end of this day; kNeverDay: nothing ever happens
  std::vector<TierStep> steps_;
};

// Hides what happens to a member while they are part of another.
void hide_away(const MergePeriods& merges, const TierLadder& ladder, absl::CivilDay until,
               TierPath& path) {
  std::vector<absl::CivilDay> turns;  // days on which the member may go or come back
  for (const DayPeriod& period : merges.away) {
    turns.push_back(period.from_day);
    if (period.until_day) turns.push_back(*period.until_day);
  }
  std::sort(turns.begin(), turns.end());
  std::vector<TierStep> shown;
  std::string unseen;  // the tier on the path that goes on
  std::string seen;
  auto step = path.steps.begin();
  const auto pass = [&](absl::CivilDay last, bool is_seen) {
    for (; step != path.steps.end() && step->day <= last; ++step) {
      unseen = step->to;
      if (!is_seen) continue;
      shown.push_back(*step);
      seen = unseen;
    }
  };
  bool was_away = false;
  for (const absl::CivilDay day : turns) {
    if (day > until) break;
    pass(day - 1, !was_away);
    const bool is_away_now = is_away(merges, day);
    if (!is_away_now && !was_away) continue;
    pass(day, false);
    const std::string to = is_away_now ? "" : unseen;
    if (to != seen) {
      const size_t version = ladder.version_on(day_number(day));
      shown.push_back(
          {day, seen, to, v1::TIER_REASON_MERGE, 0, 0, ladder.version(version).program_version});
      seen = to;
    }
    was_away = is_away_now;
  }
  pass(until, !was_away);
  path.steps = std::move(shown);
  if (!was_away) return;
  path.at_end.clear();
  path.next_gaps.clear();
  path.next_day.reset();
}

}  // namespace

TierPath tier_path(absl::Span<const SpendFact> facts, absl::Span<const TierFloor> floors,
                   const TierVersions& versions, absl::CivilDay until_day,
                   const MergePeriods& merges) {
  const int64_t until = day_number(until_day);
  const DatedFacts kept = dated(facts, until);
  const TierLadder ladder(versions, floors);
  Life life(ladder, kept.until, merges);
  life.live(kept.until, until);
  TierPath path = std::move(life).path(until, kept.next_day);
  if (!merges.away.empty()) hide_away(merges, ladder, until_day, path);
  return path;
}

}  // namespace moadon
