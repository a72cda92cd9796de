// What the agent remembers of members between identifying, pricing and committing.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "moadon/v1/member.pb.h"

namespace moadon::agent {

// Members whose facts are remembered; the one remembered first is forgotten first.
inline constexpr size_t kMaxRememberedMembers = 10'000;

// The newest facts that the server gave to this machine, by member. Thread-safe.
class FactsMemory final {
 public:
  FactsMemory() = default;
  FactsMemory(const FactsMemory&) = delete;
  FactsMemory& operator=(const FactsMemory&) = delete;

  void remember(const v1::MemberFacts& facts) ABSL_LOCKS_EXCLUDED(mutex_);
  // Of nobody and of a member never met here: the default message.
  v1::MemberFacts of(const std::string& member_id) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, v1::MemberFacts> facts_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mutex_);
};

// What a register's last quote was made with. A sale that is committed for the same member names
// it.
struct QuoteBasis {
  std::string member_id;
  int64_t program_version = 0;
  v1::MemberFacts facts;  // the default message: none
};

// The last quote of one register. Thread-safe.
class QuoteMemory final {
 public:
  QuoteMemory() = default;
  QuoteMemory(const QuoteMemory&) = delete;
  QuoteMemory& operator=(const QuoteMemory&) = delete;

  void remember(QuoteBasis basis) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes it, if it was made for this member.
  std::optional<QuoteBasis> take(const std::string& member_id) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::optional<QuoteBasis> last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moadon::agent
