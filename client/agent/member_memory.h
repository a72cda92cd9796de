// What the agent remembers of members between identifying, pricing and committing.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/quote.pb.h"

namespace moadon::agent {

// Members whose facts are remembered; the one remembered first is forgotten first.
inline constexpr size_t kMaxRememberedMembers = 10'000;
// Facts of one member: a sale names those it was quoted with, while newer ones arrive.
inline constexpr size_t kMaxRememberedFacts = 8;

// Facts, and how they came here.
struct KnownFacts {
  v1::MemberFacts facts;
  // Out of the cards that are kept: the server was not asked, or did not answer.
  bool is_kept = false;
  // When the server gave them for a sale that may still be under way, by the latest clock that is
  // known; 0: that sale is over, or the server did not give them.
  int64_t give_us = 0;
};

// The facts that the server gave to this machine, by member, snapshot and time of issue (what time
// alone changes has no snapshot of its own). Thread-safe.
class FactsMemory final {
 public:
  FactsMemory() = default;
  FactsMemory(const FactsMemory&) = delete;
  FactsMemory& operator=(const FactsMemory&) = delete;

  // Of the server, for a sale that begins then.
  void remember(const v1::MemberFacts& facts, int64_t give_us) ABSL_LOCKS_EXCLUDED(mutex_);
  // Of the cards; what came from the server and says the same stays the server's.
  void remember_kept(const v1::MemberFacts& facts) ABSL_LOCKS_EXCLUDED(mutex_);
  // The sale that the member's facts were given for is over: it was committed, or another begins.
  void end_sale(const std::string& member_id) ABSL_LOCKS_EXCLUDED(mutex_);
  // The newest; nothing of nobody and of a member not met here.
  std::optional<KnownFacts> of(const std::string& member_id) const ABSL_LOCKS_EXCLUDED(mutex_);
  // The facts that a quote was made with: this snapshot, as issued then or, where that is not here,
  // as issued last.
  std::optional<KnownFacts> of(const std::string& member_id,
                               const v1::QuoteReference& reference) const
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void add(const KnownFacts& known) ABSL_LOCKS_EXCLUDED(mutex_);

  using Snapshots = std::vector<KnownFacts>;  // oldest first, never empty

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Snapshots> facts_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moadon::agent
