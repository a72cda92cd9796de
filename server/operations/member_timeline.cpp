#include "server/operations/member_timeline.h"

#include "rules/calendar.h"

namespace moadon {

MemberTimeline timeline_of(const storage::MemberRow& member) {
  MemberTimeline timeline;
  timeline.met_day = day_of_number(member.met_day);
  if (member.enrolled_day) timeline.sign_days.push_back(day_of_number(*member.enrolled_day));
  return timeline;
}

MemberTimeline timeline_of(const storage::MemberRow& member,
                           const std::vector<storage::FactRow>& facts) {
  MemberTimeline timeline = timeline_of(member);
  timeline.facts.reserve(facts.size());
  for (const storage::FactRow& fact : facts) timeline.facts.push_back(spend_fact_of(fact));
  return timeline;
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
