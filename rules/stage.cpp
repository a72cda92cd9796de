#include "rules/stage.h"

#include <algorithm>
#include <limits>
#include <map>

#include "rules/calendar.h"
#include "rules/churn.h"
#include "rules/stage_decision.h"

namespace moadon {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kEver = std::numeric_limits<int64_t>::min();

// What is kept of the purchases of one business date.
struct KeptDay {
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
};

struct Period {
  int64_t from = 0;
  int64_t until = kNever;  // excluded

  bool has(int64_t day) const { return from <= day && day < until; }
};

Period period_of(const DayPeriod& period) {
  return {day_number(period.from_day), period.until_day ? day_number(*period.until_day) : kNever};
}

struct Sign {
  int64_t day = 0;
  Period period;  // in which it counts
};

// Stands on one day of a member's life, knows what counted up to it, and walks forward. Days are
// numbers.
class Walker {
 public:
  Walker(const MemberTimeline& member, const StageVersions& versions)
      : versions_(versions), met_(day_number(member.met_day)), facts_(member.facts) {
    std::stable_sort(facts_.begin(), facts_.end(), [](const SpendFact& a, const SpendFact& b) {
      return a.fact_day < b.fact_day;
    });
    for (const absl::CivilDay day : member.sign_days) {
      const int64_t sign_day = day_number(day);
      signs_.push_back({sign_day, {sign_day, kNever}});
    }
    for (const LentSign& sign : member.lent_signs) {
      signs_.push_back({day_number(sign.sign_day), period_of(sign.period)});
    }
    for (const DayPeriod& period : member.merges.away) away_.push_back(period_of(period));
    for (const absl::CivilDay day : member.merges.days) merge_days_.push_back(day_number(day));
    if (member.older.count > 0) {
      purchase_days_ = member.older.count;
      older_first_ = day_number(member.older.first_day);
      older_last_ = day_number(member.older.last_day);
    }
  }

  int64_t met() const { return met_; }

  // Lets everything up to the end of `day` count. Days only grow.
  void advance(int64_t day) {
    day_ = day;
    returned_today_ = false;
    for (; next_fact_ < facts_.size() && day_number(facts_[next_fact_].fact_day) <= day;
         ++next_fact_) {
      const SpendFact& fact = facts_[next_fact_];
      KeptDay& kept = kept_[day_number(fact.purchase_day)];
      const bool was_purchase_day = kept.units_milli > 0;
      kept.units_milli += fact.units_milli;
      kept.spend_minor += fact.spend_minor;
      purchase_days_ += (kept.units_milli > 0 ? 1 : 0) - (was_purchase_day ? 1 : 0);
      const bool came_back = fact.units_milli < 0 || fact.spend_minor < 0;
      if (came_back && day_number(fact.fact_day) == day) returned_today_ = true;
    }
  }

  bool has_stage() const { return day_ >= met_ && !is_away(); }

  StageDecision decide() const {
    if (!has_stage()) return {};
    return decide_stage(evidence(), stage_version_on(versions_, day_), day_);
  }

  StageEvidence evidence() const {
    const StageNumbers& n = stage_version_on(versions_, day_).numbers;
    StageEvidence evidence;
    evidence.purchase_days = purchase_days_;
    if (purchase_days_ > 0) {
      evidence.first_purchase_day = first_purchase();
      evidence.last_purchase_day = last_purchase();
    }
    for (auto it = kept_.upper_bound(day_ - n.loyal_window_days); it != kept_.end(); ++it) {
      evidence.window_purchase_days += it->second.units_milli > 0 ? 1 : 0;
      evidence.window_spend_minor += it->second.spend_minor;
    }
    const int64_t sign = latest_sign();
    if (sign != kEver) evidence.last_sign_day = sign;
    return evidence;
  }

  // The next day on which the passing of time, a sign or a program version could change the
  // decision; kNever: none.
  int64_t next_by_time() const {
    const StageNumbers& n = stage_version_on(versions_, day_).numbers;
    int64_t next = kNever;
    const auto offer = [&](int64_t day) {
      if (day > day_) next = std::min(next, day);
    };
    if (day_ < met_) offer(met_);
    for (size_t i = 1; i < versions_.size(); ++i) offer(day_number(versions_[i].start_day));
    for (const Period& period : away_) {
      offer(period.from);
      offer(period.until);
    }
    if (purchase_days_ == 0) {
      for (const Sign& sign : signs_) {
        offer(sign.period.from);
        offer(sign.day + n.interest_days + 1);
        offer(sign.period.until);
      }
    } else {
      offer(last_purchase() + churn_silence_days(n, rhythm()));
      const auto oldest = kept_.upper_bound(day_ - n.loyal_window_days);
      if (oldest != kept_.end()) offer(oldest->first + n.loyal_window_days);
    }
    return next;
  }

  int64_t next_fact_day() const {
    return next_fact_ < facts_.size() ? day_number(facts_[next_fact_].fact_day) : kNever;
  }

  // Why the stage became what it is on this day, from what happened on it.
  v1::StageReason reason(v1::Stage from, const StageDecision& now, bool return_counted) const {
    const bool is_merge_day =
        std::find(merge_days_.begin(), merge_days_.end(), day_) != merge_days_.end();
    const bool comes_or_goes = from == v1::STAGE_UNSPECIFIED || now.stage == v1::STAGE_UNSPECIFIED;
    if (is_merge_day && comes_or_goes) return v1::STAGE_REASON_MERGE;
    const auto today = kept_.find(day_);
    if (today != kept_.end() && today->second.units_milli > 0) return v1::STAGE_REASON_PURCHASE;
    const bool signed_today =
        std::any_of(signs_.begin(), signs_.end(), [this](const Sign& s) { return s.day == day_; });
    if (now.stage == v1::STAGE_INTERESTED && signed_today) return v1::STAGE_REASON_INTEREST;
    if (is_merge_day) return v1::STAGE_REASON_MERGE;
    if (returned_today_ || return_counted) return v1::STAGE_REASON_RETURN;
    if (from == v1::STAGE_UNSPECIFIED) return v1::STAGE_REASON_MET;
    for (size_t i = 1; i < versions_.size(); ++i) {
      if (day_number(versions_[i].start_day) == day_) return v1::STAGE_REASON_PROGRAM;
    }
    if (now.stage == v1::STAGE_CHURNING) return v1::STAGE_REASON_SILENCE;
    if (now.stage == v1::STAGE_POTENTIAL) return v1::STAGE_REASON_INTEREST_FADED;
    return v1::STAGE_REASON_WINDOW;
  }

 private:
  bool is_away() const {
    return std::any_of(away_.begin(), away_.end(), [this](const Period& p) { return p.has(day_); });
  }

  int64_t latest_sign() const {
    int64_t latest = kEver;
    for (const Sign& sign : signs_) {
      if (sign.period.has(day_)) latest = std::max(latest, sign.day);
    }
    return latest;
  }

  int64_t first_purchase() const {
    if (older_first_ != kNever) return older_first_;
    for (const auto& [day, kept] : kept_) {
      if (kept.units_milli > 0) return day;
    }
    return kNever;
  }

  int64_t last_purchase() const {
    for (auto it = kept_.rbegin(); it != kept_.rend(); ++it) {
      if (it->second.units_milli > 0) return it->first;
    }
    return older_last_;
  }

  PurchaseRhythm rhythm() const {
    const int64_t gaps_days = purchase_days_ > 1 ? last_purchase() - first_purchase() : 0;
    return {purchase_days_, gaps_days};
  }

  const StageVersions& versions_;
  const int64_t met_;
  std::vector<SpendFact> facts_;  // by fact_day
  std::vector<Sign> signs_;
  std::vector<Period> away_;
  std::vector<int64_t> merge_days_;
  int64_t older_first_ = kNever;
  int64_t older_last_ = kEver;

  int64_t day_ = kEver;
  size_t next_fact_ = 0;
  std::map<int64_t, KeptDay> kept_;  // by purchase day
  int64_t purchase_days_ = 0;
  bool returned_today_ = false;
};

// The first day after where `walker` stands on which time alone changes the stage. Ends: every
// candidate is later than the one before, and versions, signs, window exits and the churn day are
// finitely many.
absl::optional<absl::CivilDay> next_change(Walker& walker, v1::Stage stage) {
  for (int64_t day = walker.next_by_time(); day != kNever; day = walker.next_by_time()) {
    walker.advance(day);
    if (walker.decide().stage != stage) return day_of_number(day);
  }
  return absl::nullopt;
}

}  // namespace

StagePath stage_path(const MemberTimeline& member, const StageVersions& versions,
                     absl::CivilDay until, const PathStart& start) {
  Walker walker(member, versions);
  StagePath path;
  const int64_t end = day_number(until);
  v1::Stage stage = start.stage;
  int64_t day = walker.met();
  bool at_start = false;
  if (start.day != absl::CivilDay::min()) {
    day = std::max(day, day_number(start.day));
    at_start = day == day_number(start.day);
  }
  while (day <= end) {
    walker.advance(day);
    const StageDecision now = walker.decide();
    if (now.stage != stage) {
      const v1::StageReason reason = walker.reason(stage, now, at_start && start.return_counted);
      path.steps.push_back({day_of_number(day), stage, reason, now});
      stage = now.stage;
    }
    at_start = false;
    day = std::min(walker.next_by_time(), walker.next_fact_day());
  }
  walker.advance(end);
  path.at_end = walker.decide();
  // A fact dated after `until` wakes the member too.
  const int64_t fact_day = walker.next_fact_day();
  path.next_day = next_change(walker, path.at_end.stage);
  if (fact_day != kNever && (!path.next_day || day_number(*path.next_day) > fact_day)) {
    path.next_day = day_of_number(fact_day);
  }
  return path;
}

absl::optional<StageEvidence> stage_evidence_at(const MemberTimeline& member,
                                                const StageVersions& versions, absl::CivilDay day) {
  Walker walker(member, versions);
  walker.advance(day_number(day));
  if (!walker.has_stage()) return absl::nullopt;
  return walker.evidence();
}

StageDecision stage_at(const MemberTimeline& member, const StageVersions& versions,
                       absl::CivilDay day) {
  Walker walker(member, versions);
  walker.advance(day_number(day));
  return walker.decide();
}

bool is_away(const MergePeriods& merges, absl::CivilDay day) {
  return std::any_of(merges.away.begin(), merges.away.end(), [day](const DayPeriod& period) {
    return period.from_day <= day && (!period.until_day || day < *period.until_day);
  });
}

Standing standing_at(const MemberTimeline& member, absl::CivilDay day) {
  std::map<absl::CivilDay, int64_t> units_by_day;
  Standing standing;
  for (const SpendFact& fact : member.facts) {
    if (fact.fact_day > day) continue;
    standing.net_spend_minor += fact.spend_minor;
    units_by_day[fact.purchase_day] += fact.units_milli;
  }
  standing.net_spend_minor = std::max<int64_t>(standing.net_spend_minor, 0);
  standing.purchase_days = member.older.count;
  if (member.older.count > 0) standing.last_purchase_day = member.older.last_day;
  for (const auto& [purchase_day, units_milli] : units_by_day) {
    if (units_milli <= 0) continue;
    ++standing.purchase_days;
    standing.last_purchase_day = purchase_day;
  }
  return standing;
}

}  // namespace moadon
