// moadon lifecycle list | scores | cohorts | value | fit
#pragma once

#include <string>
#include <vector>

#include "client/cli/lifecycle_fit.h"
#include "client/cli/session.h"

namespace moadon::cli {

// Whom to call, and what the club's members are worth. Adds its noun to `app`; must outlive the
// parsing. A parsed verb puts its work into `chosen`.
class LifecycleCommands final {
 public:
  LifecycleCommands(CLI::App& app, Action& chosen);
  LifecycleCommands(const LifecycleCommands&) = delete;
  LifecycleCommands& operator=(const LifecycleCommands&) = delete;

 private:
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> scores(Session& session) const;
  absl::StatusOr<int> list_scores(Session& session) const;
  absl::StatusOr<int> cohorts(Session& session) const;
  absl::StatusOr<int> value(Session& session) const;

  CLI::App* noun_;
  std::vector<std::string> stages_;
  std::string sort_ = "value";
  std::int64_t limit_ = 50;
  bool csv_ = false;
  bool every_member_ = false;
  std::string from_date_;
  std::string until_date_;
  LifecycleFitCommand fit_;
};

}  // namespace moadon::cli
