// The program versions that this agent knows, and the one that prices.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "moadon/v1/program.pb.h"

namespace moadon::agent {

// Versions as they were published; those with parts of kinds that this build does not know are kept
// but never price. Thread-safe.
class ProgramShelf final {
 public:
  // Shared with whoever prices while newer versions arrive.
  using ProgramPointer = std::shared_ptr<const v1::Program>;

  ProgramShelf() = default;
  ProgramShelf(const ProgramShelf&) = delete;
  ProgramShelf& operator=(const ProgramShelf&) = delete;

  // Versions that are here already are left as they are.
  void add(absl::Span<const v1::Program> programs) ABSL_LOCKS_EXCLUDED(mutex_);

  // The newest version that is understood and in force at `time_us`; the first is in force from the
  // beginning of time. Null: none is here.
  ProgramPointer in_force(int64_t time_us) const ABSL_LOCKS_EXCLUDED(mutex_);

  // The newest version here, understood or not; 0: none.
  int64_t newest_version() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The newest version here that is not understood and newer than every one that is; 0: none.
  int64_t newest_not_understood() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Volume {
    ProgramPointer program;
    bool is_understood = false;
  };

  mutable absl::Mutex mutex_;
  std::vector<Volume> volumes_ ABSL_GUARDED_BY(mutex_);  // by version
};

}  // namespace moadon::agent
