#include "plugin/register/settings.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "plugin/register/times.h"

namespace moadon {
namespace {

namespace fs = std::filesystem;

constexpr char kPluginFile[] = "libmoadon_pos.so";
constexpr int64_t kLimitMax = 1'000'000'000;
constexpr char kFooter[] =
    "Without --json or replay: the interactive till, on a terminal or fed line by line.\n"
    "Exit codes: 0 done, 1 some receipts were not accepted, 2 wrong usage or file, 3 out of reach.";

// What stands on the command line, before it is judged.
struct Arguments {
  Settings settings;
  std::string language;
  std::string zone;
  std::string order = "file";
  uint64_t seed = 1;
  int64_t limit = 0;
  int64_t patience_s = ReplayProgress::kPatience.count();
  bool json = false;
  bool no_start_agent = false;
};

fs::path program_folder() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

std::string default_plugin() {
  const fs::path beside = program_folder() / kPluginFile;
  return fs::exists(beside) ? beside
                            : program_folder() / ".." / MOADON_LIBRARY_FOLDER / kPluginFile;
}

// Paid receipts wait in a folder per agent, so that tills of two clubs on one machine never meet.
std::string default_state_dir(const std::string& agent_dir) {
  const char* state = getenv("XDG_STATE_HOME");
  const char* home = getenv("HOME");
  fs::path root = fs::path(home != nullptr ? home : "/var/tmp") / ".local/state";
  if (state != nullptr && *state != '\0') root = state;
  std::string agent = fs::absolute(agent_dir).lexically_normal();
  std::replace(agent.begin(), agent.end(), '/', '%');
  return root / "moadon-register" / agent;
}

void declare_common(CLI::App& app, Arguments& arguments) {
  Settings& settings = arguments.settings;
  app.add_option("--plugin", settings.plugin, "The plugin (default: beside this program)")
      ->envname("MOADON_PLUGIN");
  app.add_option("--agent-dir", settings.club.agent_dir, "The agent's state directory")
      ->envname("MOADON_AGENT_DIR");
  app.add_option("--register", settings.register_id, "This register's id")
      ->envname("MOADON_REGISTER");
  app.add_option("--agent-program", settings.club.agent_program,
                 "Agent to start when none answers (default: moadon-agent beside this program)")
      ->envname("MOADON_AGENT_PROGRAM");
  app.add_flag("--no-start-agent", arguments.no_start_agent, "Never start an agent");
  app.add_option("--zone", arguments.zone,
                 "IANA time zone for times shown, and for times in files that name none");
  app.add_flag("--json", arguments.json,
               "One request per line of stdin, one reply per line of stdout");
}

void declare_till(CLI::App& app, Arguments& arguments) {
  Settings& settings = arguments.settings;
  app.add_option("--language", arguments.language, "he or en (default: the club's)")
      ->envname("MOADON_LANGUAGE")
      ->check(CLI::IsMember({"he", "en"}));
  app.add_option("--cashier", settings.cashier, "Who sells");
  app.add_option("--store", settings.store, "Printed at the top of receipts");
  app.add_option("--columns", settings.columns, "Width of receipts")
      ->check(CLI::IsMember({32, 42, 48}));
  app.add_flag("--visual-hebrew", settings.visual_hebrew,
               "Write Hebrew from left to right as it is seen, for terminals that cannot turn it");
  app.add_option("--state-dir", settings.state_dir,
                 "Where paid receipts are kept until the club has them");
}

CLI::App* declare_replay(CLI::App& app, Arguments& arguments) {
  ReplaySettings& replay = arguments.settings.replay;
  CLI::App* command = app.add_subcommand("replay", "Bring a file of past sales to the club");
  command->fallthrough();
  command->add_option("FILE", replay.file, "Sales, CSV, plain or gzip")->required();
  command->add_option("--limit", arguments.limit, "Only the first so many receipts")
      ->check(CLI::Range(int64_t{1}, kLimitMax));
  command
      ->add_option("--order", arguments.order,
                   "file, or shuffled: in an order that the seed decides")
      ->check(CLI::IsMember({"file", "shuffled"}));
  command->add_option("--seed", arguments.seed, "Of the shuffled order (default 1)");
  command
      ->add_option("--patience", arguments.patience_s,
                   "Seconds without any answer after which to stop (default 60)")
      ->check(CLI::Range(1, 86'400));
  command->add_flag("--summary-json", replay.summary_json, "The summary as one JSON object");
  return command;
}

// Fills in what was left out. A text: what is wrong.
std::string complete(Arguments& arguments, bool replay) {
  Settings& settings = arguments.settings;
  if (replay && arguments.json) return "--json and replay exclude each other";
  settings.mode = replay ? Mode::kReplay : arguments.json ? Mode::kJson : Mode::kTill;
  if (settings.club.agent_dir.empty()) return "--agent-dir (or MOADON_AGENT_DIR) is missing";
  if (settings.mode == Mode::kTill && settings.register_id.empty()) {
    return "--register (or MOADON_REGISTER) is missing";
  }
  if (!arguments.zone.empty() && !use_time_zone(arguments.zone)) {
    return fmt::format("this system knows no time zone \"{}\"", arguments.zone);
  }
  settings.language = language_of(arguments.language);
  if (settings.plugin.empty()) settings.plugin = default_plugin();
  if (settings.state_dir.empty()) settings.state_dir = default_state_dir(settings.club.agent_dir);
  std::string& agent = settings.club.agent_program;
  if (agent.empty()) agent = program_folder() / "moadon-agent";
  // Without one to start, an agent that runs already still serves.
  if (arguments.no_start_agent || access(agent.c_str(), X_OK) != 0) agent.clear();
  settings.replay.patience = std::chrono::seconds(arguments.patience_s);
  if (arguments.limit > 0) settings.replay.limit = arguments.limit;
  if (arguments.order == "shuffled") settings.replay.shuffle_seed = arguments.seed;
  return {};
}

}  // namespace

std::optional<Settings> read_settings(int argc, char** argv, int& exit_code) {
  Arguments arguments;
  CLI::App app("The reference register of Moadon, a customer club for stores.", "moadon-register");
  app.footer(kFooter);
  app.set_version_flag("--version", MOADON_VERSION);
  declare_common(app, arguments);
  declare_till(app, arguments);
  const CLI::App* replay = declare_replay(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error, std::cout, std::cerr) == 0 ? kDone : kUsage;
    return std::nullopt;
  }
  const std::string problem = complete(arguments, replay->parsed());
  if (!problem.empty()) {
    fmt::print(stderr, "{}\n", problem);
    exit_code = kUsage;
    return std::nullopt;
  }
  return arguments.settings;
}

}  // namespace moadon
