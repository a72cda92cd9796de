#include "client/agent/member_memory.h"

#include <algorithm>
#include <tuple>

namespace moadon::agent {
namespace {

// The order of facts of one member.
auto age_of(const v1::MemberFacts& facts) {
  return std::make_tuple(facts.snapshot(), facts.issued_at().seconds(), facts.issued_at().nanos());
}

// Puts the facts in their place.
void insert(std::vector<KnownFacts>& snapshots, const KnownFacts& known) {
  const auto place = std::lower_bound(
      snapshots.begin(), snapshots.end(), known,
      [](const KnownFacts& a, const KnownFacts& b) { return age_of(a.facts) < age_of(b.facts); });
  if (place != snapshots.end() && age_of(place->facts) == age_of(known.facts)) {
    *place = {known.facts, known.is_kept && place->is_kept,
              std::max(known.give_us, place->give_us)};
    return;
  }
  snapshots.insert(place, known);
  if (snapshots.size() > kMaxRememberedFacts) snapshots.erase(snapshots.begin());
}

}  // namespace

void FactsMemory::remember(const v1::MemberFacts& facts, int64_t give_us) {
  add({facts, /*is_kept=*/false, give_us});
}

void FactsMemory::remember_kept(const v1::MemberFacts& facts) { add({facts, /*is_kept=*/true}); }

void FactsMemory::add(const KnownFacts& known) {
  const std::string& member_id = known.facts.member_id();
  if (member_id.empty()) return;
  absl::MutexLock lock(&mutex_);
  const auto [place, is_new] = facts_.try_emplace(member_id);
  insert(place->second, known);
  if (!is_new) return;
  order_.push_back(member_id);
  if (order_.size() <= kMaxRememberedMembers) return;
  facts_.erase(order_.front());
  order_.pop_front();
}

void FactsMemory::end_sale(const std::string& member_id) {
  absl::MutexLock lock(&mutex_);
  const auto known = facts_.find(member_id);
  if (known == facts_.end()) return;
  for (KnownFacts& each : known->second) each.give_us = 0;
}

std::optional<KnownFacts> FactsMemory::of(const std::string& member_id) const {
  absl::MutexLock lock(&mutex_);
  const auto known = facts_.find(member_id);
  if (known == facts_.end()) return std::nullopt;
  return known->second.back();
}

std::optional<KnownFacts> FactsMemory::of(const std::string& member_id,
                                          const v1::QuoteReference& reference) const {
  absl::MutexLock lock(&mutex_);
  const auto known = facts_.find(member_id);
  if (known == facts_.end()) return std::nullopt;
  std::optional<KnownFacts> found;
  for (const KnownFacts& each : known->second) {
    const v1::MemberFacts& facts = each.facts;
    if (facts.snapshot() != reference.facts_snapshot()) continue;
    found = each;
    const bool is_exact = facts.issued_at().seconds() == reference.facts_issued_at().seconds() &&
                          facts.issued_at().nanos() == reference.facts_issued_at().nanos();
    if (is_exact) break;
  }
  return found;
}

}  // namespace moadon::agent
