// moadon program show | list | check | publish | template
#pragma once

#include <cstdint>
#include <string>

#include "client/cli/message_file.h"
#include "client/cli/program_templates.h"
#include "client/cli/session.h"

namespace moadon::cli {

// As MembersCommands.
class ProgramCommands final {
 public:
  ProgramCommands(CLI::App& app, Action& chosen);
  ProgramCommands(const ProgramCommands&) = delete;
  ProgramCommands& operator=(const ProgramCommands&) = delete;

 private:
  absl::StatusOr<int> show(Session& session) const;
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> check(Session& session) const;
  absl::StatusOr<int> publish(Session& session) const;
  absl::StatusOr<int> print_template(Session& session) const;

  std::int64_t version_ = 0;
  std::string file_;
  ProgramBasis basis_;
};

}  // namespace moadon::cli
