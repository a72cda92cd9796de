// moadon lifecycle fit
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// Is the churn stage right, and which numbers would be better. Adds its verb to the noun; as
// LifecycleCommands.
class LifecycleFitCommand final {
 public:
  LifecycleFitCommand(CLI::App& noun, Action& chosen);
  LifecycleFitCommand(const LifecycleFitCommand&) = delete;
  LifecycleFitCommand& operator=(const LifecycleFitCommand&) = delete;

 private:
  absl::StatusOr<int> run(Session& session) const;

  std::string until_date_;
  int horizon_days_ = 0;
};

}  // namespace moadon::cli
