// The command line and the environment, understood.
#pragma once

#include <optional>
#include <string>

#include "plugin/register/club.h"
#include "plugin/register/replay/replay.h"
#include "plugin/register/till/texts.h"

namespace moadon {

enum class Mode { kTill, kJson, kReplay };

struct Settings {
  Mode mode = Mode::kTill;
  std::string plugin;
  ClubSettings club;
  std::string register_id;
  // Unset: the program's language, or Hebrew.
  std::optional<Language> language;

  // The till only.
  std::string cashier;
  std::string store;
  std::string state_dir;
  int columns = 42;
  bool visual_hebrew = false;

  ReplaySettings replay;
};

// Reads the arguments; sets the process's time zone when told to. Nothing when the program should
// end with `exit_code`: help was printed, or what is wrong was said on stderr.
std::optional<Settings> read_settings(int argc, char** argv, int& exit_code);

}  // namespace moadon
