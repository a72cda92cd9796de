#include "client/cli/sandbox/sandbox.h"

#include <unistd.h>

#include <iostream>
#include <map>

#include "client/cli/exit_codes.h"
#include "client/cli/sandbox/club_setup.h"
#include "client/cli/sandbox/command_run.h"
#include "client/cli/sandbox/leftovers.h"
#include "client/cli/sandbox/replay_files.h"
#include "client/cli/sandbox/summary.h"
#include "client/cli/sandbox/tool_run.h"

namespace moadon::cli {
namespace {

constexpr int kSignalExit = 128;
constexpr int kStepTries = 20;

enum class Kind { kLive, kReplaysHistory };
using WantedRegisters = std::map<std::string, Kind>;

absl::StatusOr<WantedRegisters> wanted_registers(const std::vector<std::string>& files) {
  WantedRegisters wanted;
  for (const std::string& file : files) {
    const absl::StatusOr<std::set<std::string>> named = registers_in(file);
    if (!named.ok()) return named.status();
    for (const std::string& id : *named) wanted.emplace(id, Kind::kReplaysHistory);
  }
  wanted.emplace(kLiveRegisterId, Kind::kLive);
  return wanted;
}

absl::Status ensure_registers(const Workplace& place, Session& owner,
                              const WantedRegisters& wanted) {
  const std::set<std::string> served = place.house.registers();
  for (const auto& [register_id, kind] : wanted) {
    const bool replays_history = kind == Kind::kReplaysHistory;
    if (absl::Status checked = check_kind(owner, register_id, replays_history); !checked.ok()) {
      return checked;
    }
    if (served.count(register_id) > 0) continue;
    const absl::StatusOr<std::string> token = issue_token(owner, register_id, replays_history);
    if (!token.ok()) return token.status();
    const absl::Status given =
        run_tool(place.interrupts,
                 {place.programs.agent, "add-register", "--dir", place.house.agent_dir(),
                  "--register", register_id, "--token-file", "-"},
                 *token + "\n");
    if (!given.ok()) return given;
  }
  return absl::OkStatus();
}

Session owner_session(const Session& session, const Workplace& place, std::ostream& out) {
  GlobalOptions options;
  options.server = place.club.server_address();
  options.token_file = place.house.owner_token();
  options.language = session.language();
  options.json = session.json();
  return Session(options, out, std::cerr);
}

// Until somebody asks to stop; only a person at a terminal can.
absl::Status stay_up(const Workplace& place, Session& session) {
  if (isatty(STDIN_FILENO) != 1) return absl::OkStatus();
  session.words() << session.say({"\nCtrl-C stops it.\n", "\nלעצירה: Ctrl-C.\n"});
  for (;;) {
    if (absl::Status up = place.club.keep_up(/*even_after_clean_end=*/false); !up.ok()) return up;
    if (!place.interrupts.wait().ok()) return absl::OkStatus();
  }
}

// Repeats a step while the server is away, starting it again; every step may be repeated.
absl::Status persist(const Workplace& place, Session& owner,
                     const std::function<absl::Status()>& step) {
  absl::Status done = step();
  for (int tries = 1; tries < kStepTries && retry_may_help(reason_of(done)); ++tries) {
    if (absl::Status up = place.club.keep_up(/*even_after_clean_end=*/true); !up.ok()) return up;
    if (absl::Status wait = place.interrupts.wait(); !wait.ok()) return wait;
    owner.disconnect();
    done = step();
  }
  return done;
}

absl::Status set_up(const Workplace& place, Session& owner, const SandboxOptions& options,
                    const WantedRegisters& wanted) {
  const ProgramWish wish{options.program_file, options.time_zone};
  if (absl::Status ready = ensure_program(owner, wish); !ready.ok()) return ready;
  if (absl::Status ready = ensure_branch(owner); !ready.ok()) return ready;
  return ensure_registers(place, owner, wanted);
}

absl::Status fill(const Workplace& place, Session& owner, const SandboxOptions& options,
                  const WantedRegisters& wanted) {
  const absl::Status ready =
      persist(place, owner, [&] { return set_up(place, owner, options, wanted); });
  if (!ready.ok()) return ready;
  if (absl::Status started = place.club.start_agent(); !started.ok()) return started;
  for (const std::string& file : options.replay_files) {
    owner.words() << owner.say({"replaying ", "משחזר את "}) << owner.plain(file) << '\n';
    if (absl::Status replayed = replay_file(place, file); !replayed.ok()) return replayed;
  }
  return wait_until_delivered(place, owner);
}

// With the server and the agent up. Data is for the command's stdout when there is one: then all
// our words go to stderr.
absl::StatusOr<int> run_inside(const Workplace& place, const Session& session,
                               const SandboxOptions& options, const WantedRegisters& wanted) {
  Session owner = owner_session(session, place, options.command.empty() ? std::cout : std::cerr);
  if (absl::Status filled = fill(place, owner, options, wanted); !filled.ok()) return filled;
  const absl::Status told =
      persist(place, owner, [&] { return print_summary(owner, place.house, place.club); });
  if (!told.ok()) return told;
  if (!options.command.empty()) return run_command(place, options.command);
  const absl::Status stayed = stay_up(place, owner);
  if (!stayed.ok()) return stayed;
  return kExitDone;
}

absl::StatusOr<int> run(Session& session, const SandboxOptions& options) {
  Interrupts interrupts;
  const Leftovers
      leftovers;  // goes last: what the command left running, an agent that a plugin started
  const absl::StatusOr<Programs> programs = find_programs();
  if (!programs.ok()) return programs.status();
  const absl::StatusOr<WantedRegisters> wanted = wanted_registers(options.replay_files);
  if (!wanted.ok()) return wanted.status();
  const absl::StatusOr<House> house = open_house(options.dir);
  if (!house.ok()) return house.status();
  RunningClub club(*programs, *house, interrupts);  // its destructor stops both
  absl::StatusOr<int> done = kExitDone;
  if (absl::Status started = club.start_server(); !started.ok()) {
    done = started;
  } else {
    done = run_inside({*programs, *house, interrupts, club}, session, options, *wanted);
  }
  const bool was_asked_to_stop = absl::IsCancelled(done.status()) && interrupts.number() != 0;
  if (was_asked_to_stop) return kSignalExit + interrupts.number();
  return done;
}

}  // namespace

SandboxCommand::SandboxCommand(CLI::App& app, Action& chosen, std::vector<std::string> command) {
  options_.command = std::move(command);
  CLI::App* const verb = app.add_subcommand(
      "sandbox", "A whole club in one directory: server, agent, registers; then -- COMMAND...");
  verb->add_option("--dir", options_.dir, "Its directory, made if need be; may be opened again")
      ->required();
  verb->add_option("--program", options_.program_file, "The program to publish first, as JSON");
  verb->add_option("--zone", options_.time_zone, "The club's zone; default: Asia/Jerusalem");
  verb->add_option("--replay", options_.replay_files, "A sales file to replay; may be repeated")
      ->allow_extra_args(false);
  verb->callback(
      [this, &chosen] { chosen = [this](Session& session) { return run(session, options_); }; });
}

}  // namespace moadon::cli
