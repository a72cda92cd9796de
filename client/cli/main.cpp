// moadon: the owner's and operator's command line. Data goes to stdout, words to stderr; the exit
// codes are in exit_codes.h.

#include <algorithm>
#include <exception>
#include <iostream>

#include "client/cli/branches.h"
#include "client/cli/exit_codes.h"
#include "client/cli/global_options.h"
#include "client/cli/lifecycle.h"
#include "client/cli/groups.h"
#include "client/cli/members.h"
#include "client/cli/offline.h"
#include "client/cli/programs.h"
#include "client/cli/queue.h"
#include "client/cli/quote.h"
#include "client/cli/registers.h"
#include "client/cli/reviews.h"
#include "client/cli/sales.h"
#include "client/cli/sandbox/sandbox.h"
#include "client/cli/settings.h"
#include "client/cli/stages.h"
#include "client/cli/totals.h"
#include "client/cli/verify.h"
#include "client/cli/week.h"

namespace moadon::cli {
namespace {

constexpr const char* kVersion = "moadon " MOADON_VERSION;

// The line as typed, with what follows "--" apart: that is the sandbox's command, which nobody here
// parses.
struct Line {
  std::vector<std::string> arguments;  // last first, as CLI11 takes them
  std::vector<std::string> command;
};

Line split_line(int argc, char** argv) {
  const std::vector<std::string> all(argv + 1, argv + argc);
  const auto dashes = std::find(all.begin(), all.end(), "--");
  Line line{{all.begin(), dashes}, {}};
  if (dashes != all.end()) line.command.assign(dashes + 1, all.end());
  std::reverse(line.arguments.begin(), line.arguments.end());
  return line;
}

int run(int argc, char** argv) {
  CLI::App app("The owner's command line of a Moadon club", "moadon");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.fallthrough();
  const GlobalOptionsParser global(app);
  Line line = split_line(argc, argv);
  Action chosen;
  const MembersCommands members(app, chosen);
  const SalesCommands sales(app, chosen);
  const StagesCommand stages(app, chosen);
  const GroupCommands groups(app, chosen);
  const WeekCommand week(app, chosen);
  const TotalsCommand totals(app, chosen);
  const LifecycleCommands lifecycle(app, chosen);
  const ReviewCommands reviews(app, chosen);
  const BranchCommands branches(app, chosen);
  const RegisterCommands registers(app, chosen);
  const ProgramCommands programs(app, chosen);
  const SettingsCommands settings(app, chosen);
  const OfflineCommands offline(app, chosen);
  const QueueCommands queue(app, chosen);
  const QuoteCommand quote(app, chosen);
  const VerifyCommand verify(app, chosen);
  const SandboxCommand sandbox(app, chosen, line.command);
  try {
    app.parse(line.arguments);
    if (!line.command.empty() && !app.got_subcommand("sandbox")) {
      throw CLI::ExtrasError({"--"});
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  Session session(global.options(), std::cout, std::cerr);
  const absl::StatusOr<int> done = chosen(session);
  std::cout.flush();
  return done.ok() ? *done : report_refusal(session, done.status());
}

}  // namespace
}  // namespace moadon::cli

int main(int argc, char** argv) {
  try {
    return moadon::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "moadon: " << error.what() << '\n';
    return moadon::cli::kExitRefused;
  }
}
