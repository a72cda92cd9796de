// moadon stages
#pragma once

#include <string>

#include "client/cli/session.h"
#include "moadon/v1/report_service.pb.h"

namespace moadon::cli {

// As MembersCommands.
class StagesCommand final {
 public:
  StagesCommand(CLI::App& app, Action& chosen);
  StagesCommand(const StagesCommand&) = delete;
  StagesCommand& operator=(const StagesCommand&) = delete;

 private:
  absl::StatusOr<int> run(Session& session) const;

  std::string as_of_;
};

// The counts as --json prints them: {"potential":0,...,"churning":0}, without the line break.
std::string stages_json(const v1::CountStagesResponse& counts);

void print_stages(Session& session, const v1::CountStagesResponse& counts);

}  // namespace moadon::cli
