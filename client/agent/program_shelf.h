// The program versions that this agent knows, and the one that prices.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "moadon/v1/program.pb.h"
#include "rules/pricing.h"

namespace moadon::agent {

// Versions as they were published, each made ready for pricing once; those that this build does not
// understand (parts of kinds it does not know, or rules of form it does not share) are kept but
// never price. Thread-safe.
class ProgramShelf final {
 public:
  // Shared with whoever prices while newer versions arrive.
  using PricingPointer = std::shared_ptr<const Pricing>;

  ProgramShelf() = default;
  ProgramShelf(const ProgramShelf&) = delete;
  ProgramShelf& operator=(const ProgramShelf&) = delete;

  // Versions that are here already are left as they are.
  void add(absl::Span<const v1::Program> programs) ABSL_LOCKS_EXCLUDED(mutex_);

  // The newest version that is understood and in force at `time_us`; the first is in force from the
  // beginning of time. Null: none is here.
  PricingPointer in_force(int64_t time_us) const ABSL_LOCKS_EXCLUDED(mutex_);
  // One version; null: not here, or not understood.
  PricingPointer version(int64_t number) const ABSL_LOCKS_EXCLUDED(mutex_);

  // The newest version here, understood or not; 0: none.
  int64_t newest_version() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The newest version here that is not understood and newer than every one that is; 0: none.
  int64_t newest_not_understood() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Volume {
    int64_t version = 0;
    int64_t start_us = 0;    // of the first: ignored
    PricingPointer pricing;  // null: not understood
  };
  bool is_here(int64_t version) const ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  std::vector<Volume> volumes_ ABSL_GUARDED_BY(mutex_);  // by version
};

// The program of a version that is here, as long as that is; of none the empty one.
inline const v1::Program& program_in(const ProgramShelf::PricingPointer& pricing) {
  return pricing == nullptr ? v1::Program::default_instance() : pricing->program();
}

}  // namespace moadon::agent
