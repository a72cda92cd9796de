// moadon-register: what a register vendor reads. It knows the club only through moadon_pos.h, loads
// the plugin with dlopen and speaks its JSON; nothing else of Moadon is linked in.

#include <fmt/format.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "plugin/register/json_mode.h"
#include "plugin/register/plugin_library.h"
#include "plugin/register/replay/replay.h"
#include "plugin/register/settings.h"
#include "plugin/register/till/till.h"

namespace moadon {
namespace {

// The language asked for, else the program's, else Hebrew.
Language choose_language(const Settings& settings, Club& club) {
  if (settings.language) return *settings.language;
  const Answer status = club.call("Status", Json::object(), kPaidTimeoutMs);
  return language_of(text_of(status.response, "language_code")).value_or(Language::kHebrew);
}

int run_till(const Settings& settings, const OpenClub& open_club) {
  const PluginClub::Opened opened = open_club(settings.register_id);
  if (opened.club == nullptr) {
    fmt::print(stderr, "{}\n", opened.refusal.message);
    return kUsage;
  }
  Screen screen(
      std::cin, std::cout,
      {choose_language(settings, *opened.club), isatty(STDIN_FILENO) == 1, settings.visual_hebrew});
  PaidReceipts paid(settings.state_dir + "/" + settings.register_id + ".paid");
  Workplace workplace{*opened.club,
                      screen,
                      paid,
                      system_now_us,
                      {settings.register_id, settings.cashier, settings.store, settings.columns}};
  return Till(workplace).run() ? kDone : kUnreachable;
}

int run(const Settings& settings) {
  const LoadedPlugin plugin = load_plugin(settings.plugin);
  if (plugin.library == nullptr) {
    fmt::print(stderr, "{}\n", plugin.problem);
    return kUsage;
  }
  const OpenClub open_club = [&](const std::string& register_id) {
    return PluginClub::open(*plugin.library, settings.club, register_id);
  };
  switch (settings.mode) {
    case Mode::kJson:
      run_json_mode(std::cin, std::cout, open_club, settings.register_id);
      return kDone;
    case Mode::kReplay:
      return run_replay(settings.replay, open_club);
    case Mode::kTill:
      return run_till(settings, open_club);
  }
  return kUsage;
}

}  // namespace
}  // namespace moadon

int main(int argc, char** argv) {
  try {
    int exit_code = moadon::kDone;
    const auto settings = moadon::read_settings(argc, argv, exit_code);
    return settings ? moadon::run(*settings) : exit_code;
  } catch (const std::exception& error) {  // Memory is exhausted, or a library threw.
    fmt::print(stderr, "moadon-register: {}\n", error.what());
    return moadon::kRefused;
  }
}
