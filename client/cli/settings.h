// moadon settings template | show | save
#pragma once

#include <string>

#include "client/cli/session.h"
#include "moadon/v1/settings.pb.h"

namespace moadon::cli {

// As MembersCommands.
class SettingsCommands final {
 public:
  SettingsCommands(CLI::App& app, Action& chosen);
  SettingsCommands(const SettingsCommands&) = delete;
  SettingsCommands& operator=(const SettingsCommands&) = delete;

 private:
  absl::StatusOr<int> show(Session& session) const;
  absl::StatusOr<int> save(Session& session) const;

  std::string file_;
};

// Settings to start from, with what is asked for and the defaults written out.
v1::ClubSettings settings_template();

void print_settings(Session& session, const v1::ClubSettings& settings);

}  // namespace moadon::cli
