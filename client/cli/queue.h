// moadon queue list | settle
#pragma once

#include <cstdint>
#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// What registers could not deliver for 45 days: the owner's to look at. As LifecycleCommands.
class QueueCommands final {
 public:
  QueueCommands(CLI::App& app, Action& chosen);
  QueueCommands(const QueueCommands&) = delete;
  QueueCommands& operator=(const QueueCommands&) = delete;

 private:
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> settle(Session& session) const;

  bool with_settled_ = false;
  std::string register_id_;
  std::string journal_id_;
  std::int64_t sequence_ = 0;
  std::string note_;
  bool yes_ = false;
};

}  // namespace moadon::cli
