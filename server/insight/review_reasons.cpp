#include "server/insight/review_reasons.h"

namespace moadon {

ReviewNumbers review_numbers(const v1::ClubSettings& settings) {
  return {review_silent_days(settings), review_pause_days(settings)};
}

std::vector<v1::ReviewReason> review_reasons(const ReviewFacts& facts, const ReviewNumbers& numbers,
                                             int64_t today) {
  std::vector<v1::ReviewReason> reasons;
  const auto is_long_ago = [&](int64_t day) { return today - day >= numbers.silent_days; };
  if (facts.last_purchase_day && is_long_ago(*facts.last_purchase_day)) {
    reasons.push_back(v1::REVIEW_REASON_SILENT);
  }
  if (facts.last_purchase_day && facts.has_only_discontinued) {
    reasons.push_back(v1::REVIEW_REASON_DISCONTINUED);
  }
  if (facts.refuses_services) reasons.push_back(v1::REVIEW_REASON_REFUSES);
  if (!facts.last_purchase_day && is_long_ago(facts.last_seen_day)) {
    reasons.push_back(v1::REVIEW_REASON_NEVER_BOUGHT);
  }
  return reasons;
}

bool pauses_review(v1::ReviewOutcome outcome, int64_t review_day, const ReviewNumbers& numbers,
                   int64_t today) {
  if (outcome != v1::REVIEW_OUTCOME_KEEP && outcome != v1::REVIEW_OUTCOME_CONTACT) return false;
  return today - review_day < numbers.pause_days;
}

}  // namespace moadon
