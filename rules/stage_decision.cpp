#include "rules/stage_decision.h"

#include <algorithm>

#include "rules/calendar.h"
#include "rules/churn.h"

namespace moadon {

const StageVersion& stage_version_on(const StageVersions& versions, int64_t day) {
  size_t i = versions.size() - 1;
  while (i > 0 && day_number(versions[i].start_day) > day) --i;
  return versions[i];
}

StageDecision decide_stage(const StageEvidence& evidence, const StageVersion& version,
                           int64_t day) {
  const StageNumbers& n = version.numbers;
  const PurchaseRhythm rhythm{
      evidence.purchase_days,
      evidence.purchase_days > 1 ? evidence.last_purchase_day - evidence.first_purchase_day : 0};
  StageDecision decision;
  decision.program_version = version.program_version;
  decision.purchase_days = evidence.purchase_days;
  decision.window_purchase_days = evidence.window_purchase_days;
  decision.window_spend_minor = evidence.window_spend_minor;
  decision.rhythm_days_milli = rhythm_days_milli(n, rhythm);
  if (evidence.purchase_days == 0) {
    const bool is_fresh =
        evidence.last_sign_day && day - *evidence.last_sign_day <= n.interest_days;
    decision.stage = is_fresh ? v1::STAGE_INTERESTED : v1::STAGE_POTENTIAL;
    return decision;
  }
  decision.silent_days = day - evidence.last_purchase_day;
  if (decision.silent_days >= churn_silence_days(n, rhythm)) {
    decision.stage = v1::STAGE_CHURNING;
  } else if (evidence.purchase_days == 1) {
    decision.stage = v1::STAGE_NEW;
  } else if (evidence.window_purchase_days >= n.loyal_purchase_days &&
             std::max<int64_t>(evidence.window_spend_minor, 0) >= n.loyal_spend_minor) {
    decision.stage = v1::STAGE_LOYAL;
  } else {
    decision.stage = v1::STAGE_ACTIVE;
  }
  return decision;
}

}  // namespace moadon
