// moadon register add | list | revoke
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// As MembersCommands.
class RegisterCommands final {
 public:
  RegisterCommands(CLI::App& app, Action& chosen);
  RegisterCommands(const RegisterCommands&) = delete;
  RegisterCommands& operator=(const RegisterCommands&) = delete;

 private:
  absl::StatusOr<int> add(Session& session) const;
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> revoke(Session& session) const;

  std::string register_id_;
  std::string branch_id_;
  std::string name_;
  bool replays_history_ = false;
  bool new_token_ = false;
  bool yes_ = false;
};

}  // namespace moadon::cli
