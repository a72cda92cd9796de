// moadon branch add | list | revoke
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// As MembersCommands.
class BranchCommands final {
 public:
  BranchCommands(CLI::App& app, Action& chosen);
  BranchCommands(const BranchCommands&) = delete;
  BranchCommands& operator=(const BranchCommands&) = delete;

 private:
  absl::StatusOr<int> add(Session& session) const;
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> revoke(Session& session) const;

  std::string branch_id_;
  std::string name_;
  std::string time_zone_;
  std::string day_start_;
  std::string region_id_;
  bool yes_ = false;
};

}  // namespace moadon::cli
