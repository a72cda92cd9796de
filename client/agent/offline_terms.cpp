#include "client/agent/offline_terms.h"

#include <algorithm>
#include <limits>

namespace moadon::agent {
namespace {

const v1::BudgetSlice* find_slice(const v1::OfflineTerms& terms, const std::string& benefit_id) {
  for (const v1::BudgetSlice& slice : terms.slices()) {
    if (slice.benefit_id() == benefit_id) return &slice;
  }
  return nullptr;
}

}  // namespace

v1::OfflineTerms terms_of(const OfflineStanding& standing, const v1::MemberFacts& facts,
                          const v1::Program& program) {
  v1::OfflineTerms terms;
  terms.set_amount_limit_minor(standing.is_member_served ? 0
                                                         : register_left_minor(standing, program));
  terms.set_points_limit_milli(std::numeric_limits<int64_t>::max());
  terms.mutable_leased_grant_ids()->Assign(standing.leased_grant_ids.begin(),
                                           standing.leased_grant_ids.end());
  terms.mutable_slices()->Assign(standing.slices.begin(), standing.slices.end());
  return trimmed_terms(terms, facts, program);
}

int64_t register_left_minor(const OfflineStanding& standing, const v1::Program& program) {
  const int64_t limit_minor = offline_caps_of(program).register_limit_minor;
  return std::max<int64_t>(0, limit_minor - standing.used_minor);
}

v1::OfflineTerms lesser_terms(const v1::OfflineTerms& quoted, const v1::OfflineTerms& left) {
  v1::OfflineTerms terms;
  terms.set_amount_limit_minor(std::min(quoted.amount_limit_minor(), left.amount_limit_minor()));
  terms.set_points_limit_milli(std::min(quoted.points_limit_milli(), left.points_limit_milli()));
  const auto& leased = left.leased_grant_ids();
  for (const std::string& grant_id : quoted.leased_grant_ids()) {
    if (std::find(leased.begin(), leased.end(), grant_id) != leased.end()) {
      terms.add_leased_grant_ids(grant_id);
    }
  }
  for (const v1::BudgetSlice& slice : left.slices()) {
    const v1::BudgetSlice* const named = find_slice(quoted, slice.benefit_id());
    if (named == nullptr) continue;
    v1::BudgetSlice& lesser = *terms.add_slices();
    lesser.set_benefit_id(slice.benefit_id());
    lesser.set_amount_minor(std::min(named->amount_minor(), slice.amount_minor()));
    lesser.set_use_count(std::min(named->use_count(), slice.use_count()));
  }
  // Dates as YYYY-MM-DD sort as text.
  terms.set_latest_date(std::max(quoted.latest_date(), left.latest_date()));
  return terms;
}

bool takes_something(const OfflineUse& use) {
  return use.amount_minor > 0 || !use.slices.empty() || !use.grant_ids.empty();
}

}  // namespace moadon::agent
