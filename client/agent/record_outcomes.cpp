#include "client/agent/record_outcomes.h"

#include "absl/container/flat_hash_set.h"
#include "rules/refusal.h"

namespace moadon::agent {

BatchResult result_of(const v1::RecordRequest& request, const v1::RecordResponse& response) {
  absl::flat_hash_set<int64_t> sent;
  absl::flat_hash_set<int64_t> enrolled;
  for (const v1::RecordEntry& entry : request.entries()) {
    sent.insert(entry.sequence());
    if (entry.has_enrolled()) enrolled.insert(entry.sequence());
  }
  BatchResult result;
  for (const v1::RecordOutcome& outcome : response.outcomes()) {
    if (outcome.outcome_case() == v1::RecordOutcome::OUTCOME_NOT_SET) continue;
    if (outcome.has_refused() && retry_may_help(outcome.refused().detail().reason())) continue;
    if (sent.erase(outcome.sequence()) == 0) continue;  // not asked for
    Settlement& settlement = result.settlements.emplace_back();
    settlement.sequence = outcome.sequence();
    if (outcome.has_refused()) {
      settlement.refusal = outcome.refused();
    } else if (enrolled.contains(outcome.sequence())) {
      settlement.member_id = outcome.recorded().member_id();
    }
  }
  result.is_incomplete = !sent.empty();
  return result;
}

CallRefusal kind_of_refusal(const absl::Status& status) {
  const v1::Reason reason = reason_of(status);
  if (retry_may_help(reason)) return CallRefusal::kPassing;
  switch (reason) {
    case v1::REASON_PROGRAM_MISSING:
      return CallRefusal::kProgramAwaited;
    case v1::REASON_TOKEN_UNKNOWN:
    case v1::REASON_TOKEN_REVOKED:
    case v1::REASON_NOT_ALLOWED:
    case v1::REASON_METHOD_UNKNOWN:
    case v1::REASON_VERSION_MISMATCH:
    case v1::REASON_JOURNAL_FORKED:
      return CallRefusal::kBlocked;
    default:
      return CallRefusal::kContent;
  }
}

}  // namespace moadon::agent
