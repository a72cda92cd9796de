#include "client/agent/member_memory.h"

#include <utility>

namespace moadon::agent {

void FactsMemory::remember(const v1::MemberFacts& facts) {
  if (facts.member_id().empty()) return;
  absl::MutexLock lock(&mutex_);
  const auto [known, is_new] = facts_.try_emplace(facts.member_id(), facts);
  if (!is_new) {
    if (facts.snapshot() >= known->second.snapshot()) known->second = facts;
    return;
  }
  order_.push_back(facts.member_id());
  if (order_.size() <= kMaxRememberedMembers) return;
  facts_.erase(order_.front());
  order_.pop_front();
}

v1::MemberFacts FactsMemory::of(const std::string& member_id) const {
  absl::MutexLock lock(&mutex_);
  const auto known = facts_.find(member_id);
  return known == facts_.end() ? v1::MemberFacts() : known->second;
}

void QuoteMemory::remember(QuoteBasis basis) {
  absl::MutexLock lock(&mutex_);
  last_ = std::move(basis);
}

std::optional<QuoteBasis> QuoteMemory::take(const std::string& member_id) {
  absl::MutexLock lock(&mutex_);
  if (!last_ || last_->member_id != member_id) return std::nullopt;
  return std::exchange(last_, std::nullopt);
}

}  // namespace moadon::agent
