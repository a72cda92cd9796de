// moadon offline losses
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// What it cost that registers go on selling without the server. As LifecycleCommands.
class OfflineCommands final {
 public:
  OfflineCommands(CLI::App& app, Action& chosen);
  OfflineCommands(const OfflineCommands&) = delete;
  OfflineCommands& operator=(const OfflineCommands&) = delete;

 private:
  absl::StatusOr<int> losses(Session& session) const;

  std::string from_date_;
  std::string until_date_;
};

}  // namespace moadon::cli
