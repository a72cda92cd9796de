// moadon week
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// As MembersCommands.
class WeekCommand final {
 public:
  WeekCommand(CLI::App& app, Action& chosen);
  WeekCommand(const WeekCommand&) = delete;
  WeekCommand& operator=(const WeekCommand&) = delete;

 private:
  absl::StatusOr<int> run(Session& session) const;

  std::string date_;
  std::string branch_id_;
  bool csv_ = false;
};

}  // namespace moadon::cli
