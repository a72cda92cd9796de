// moadon review inactive | decide
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// Inactive members whom a person should look at, and what that person decides. As
// LifecycleCommands.
class ReviewCommands final {
 public:
  ReviewCommands(CLI::App& app, Action& chosen);
  ReviewCommands(const ReviewCommands&) = delete;
  ReviewCommands& operator=(const ReviewCommands&) = delete;

 private:
  absl::StatusOr<int> inactive(Session& session) const;
  absl::StatusOr<int> decide(Session& session) const;

  bool csv_ = false;
  std::string member_;
  std::string outcome_;
  std::string note_;
  std::string actor_;
  std::string request_id_;
};

}  // namespace moadon::cli
