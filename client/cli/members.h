// moadon members show | list | export
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// The noun's verbs and their options; must outlive the parsing. A parsed verb puts its work into
// `chosen`.
class MembersCommands final {
 public:
  MembersCommands(CLI::App& app, Action& chosen);
  MembersCommands(const MembersCommands&) = delete;
  MembersCommands& operator=(const MembersCommands&) = delete;

 private:
  absl::StatusOr<int> show(Session& session) const;
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> export_csv(Session& session) const;

  std::string key_;
  std::string member_id_;
  std::string stage_;
  std::string as_of_;
};

}  // namespace moadon::cli
