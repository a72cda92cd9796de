#include "server/operations/member_timeline.h"

#include <algorithm>

#include "rules/calendar.h"

namespace moadon {
namespace {

DayPeriod period_of(int64_t from_day, std::optional<int64_t> until_day) {
  DayPeriod period{day_of_number(from_day), absl::nullopt};
  if (until_day) period.until_day = day_of_number(*until_day);
  return period;
}

}  // namespace

absl::StatusOr<MemberTimeline> signs_timeline(sqlite::Connection& connection,
                                              const Living& member) {
  const absl::StatusOr<MemberLife> life = member_life_with(connection, member, {});
  if (!life.ok()) return life.status();
  return timeline_of(member, *life);
}

MemberTimeline timeline_of(const Living& member, const MemberLife& life) {
  MemberTimeline timeline;
  timeline.met_day = day_of_number(member.met_day);
  for (const LifeSign& sign : life.signs) {
    if (sign.from_day == sign.sign_day && !sign.until_day) {
      timeline.sign_days.push_back(day_of_number(sign.sign_day));
    } else {
      timeline.lent_signs.push_back(
          {day_of_number(sign.sign_day), period_of(sign.from_day, sign.until_day)});
    }
  }
  timeline.facts.reserve(life.facts.size());
  for (const storage::FactRow& fact : life.facts) timeline.facts.push_back(spend_fact_of(fact));
  timeline.merges = merge_periods_of(life);
  return timeline;
}

absl::StatusOr<std::optional<MemberThen>> member_as_of(
    sqlite::Connection& connection, const Living& member,
    const std::vector<storage::FactRow>& own_facts, const AsOf& moment) {
  const absl::CivilDay met_day = day_of_number(member.met_day);
  const bool is_met =
      moment.instant_us ? member.met_time_us <= *moment.instant_us : met_day <= moment.day;
  if (!is_met) return std::nullopt;
  const absl::StatusOr<MemberLife> life =
      member_life_with(connection, member, own_facts, moment.instant_us);
  if (!life.ok()) return life.status();
  MemberThen then{timeline_of(member, *life), floors_of(*life)};
  MemberTimeline& timeline = then.timeline;
  timeline.met_day = std::min(timeline.met_day, moment.day);
  if (moment.instant_us) {
    for (absl::CivilDay& day : timeline.sign_days) day = std::min(day, moment.day);
    for (LentSign& sign : timeline.lent_signs) {
      sign.sign_day = std::min(sign.sign_day, moment.day);
      sign.period.from_day = std::min(sign.period.from_day, moment.day);
    }
    for (SpendFact& fact : timeline.facts) {
      fact.purchase_day = std::min(fact.purchase_day, moment.day);
      fact.fact_day = std::min(fact.fact_day, moment.day);
    }
  }
  const auto is_later = [&](const SpendFact& fact) { return fact.fact_day > moment.day; };
  timeline.facts.erase(std::remove_if(timeline.facts.begin(), timeline.facts.end(), is_later),
                       timeline.facts.end());
  if (is_away(timeline.merges, moment.day)) return std::nullopt;
  return then;
}

std::vector<TierFloor> floors_of(const MemberLife& life) {
  std::vector<TierFloor> floors;
  for (const LifeFloor& floor : life.floors) {
    floors.push_back(
        {floor.tier_id, day_of_number(floor.from_day), day_of_number(floor.until_day)});
  }
  return floors;
}

MergePeriods merge_periods_of(const MemberLife& life) {
  MergePeriods periods;
  for (const storage::MergeRow& merge : life.lost_in) {
    periods.away.push_back(period_of(merge.merge_day, merge.undo_day));
  }
  for (const auto* merges : {&life.lost_in, &life.kept_in}) {
    for (const storage::MergeRow& merge : *merges) {
      periods.days.push_back(day_of_number(merge.merge_day));
      if (merge.undo_day) periods.days.push_back(day_of_number(*merge.undo_day));
    }
  }
  return periods;
}

SpendFact spend_fact_of(const storage::FactRow& fact) {
  return {day_of_number(fact.purchase_day), day_of_number(fact.fact_day), fact.units_milli,
          fact.spend_minor};
}

SpendFact spend_fact_of(const storage::MemberDay& day) {
  const absl::CivilDay date = day_of_number(day.day);
  return {date, date, day.units_milli, day.spend_minor};
}

storage::StageMoveRow move_row_of(const StageStep& step) {
  storage::StageMoveRow row;
  row.move_day = day_number(step.day);
  row.from_stage = step.from;
  row.to_stage = step.decision.stage;
  row.reason = step.reason;
  row.purchase_days = step.decision.purchase_days;
  row.silent_days = step.decision.silent_days;
  row.rhythm_days_milli = step.decision.rhythm_days_milli;
  row.window_purchase_days = step.decision.window_purchase_days;
  row.window_spend_minor = step.decision.window_spend_minor;
  row.program_version = step.decision.program_version;
  return row;
}

}  // namespace moadon
