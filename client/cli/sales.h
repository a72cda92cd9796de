// moadon sales show | list
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// As MembersCommands.
class SalesCommands final {
 public:
  SalesCommands(CLI::App& app, Action& chosen);
  SalesCommands(const SalesCommands&) = delete;
  SalesCommands& operator=(const SalesCommands&) = delete;

 private:
  absl::StatusOr<int> show(Session& session) const;
  absl::StatusOr<int> list(Session& session) const;

  std::string register_id_;
  std::string receipt_;
  std::string member_id_;
};

}  // namespace moadon::cli
