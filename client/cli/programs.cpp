#include "client/cli/programs.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/as_of.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/offline_loss.h"
#include "client/cli/program_summary.h"
#include "client/cli/table.h"
#include "moadon/v1/program.grpc.pb.h"
#include "rules/program_findings.h"

namespace moadon::cli {
namespace {

constexpr int kListPage = 100;
constexpr absl::Duration kCheckDeadline = absl::Seconds(3);

// Today where the club is; nothing when its zone is not known here.
absl::optional<absl::CivilDay> today_of(const v1::Program& program) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(program.time_zone(), &zone)) return absl::nullopt;
  return absl::ToCivilDay(absl::Now(), zone);
}

// What the rules alone find, and whether the zone exists.
v1::CheckProgramResponse checked_here(const v1::Program& program) {
  v1::CheckProgramResponse found;
  for (const v1::ProgramFinding& finding : findings_of(program, today_of(program))) {
    *found.add_findings() = finding;
  }
  return found;
}

bool has_errors(const v1::CheckProgramResponse& found) {
  return std::any_of(found.findings().begin(), found.findings().end(),
                     [](const v1::ProgramFinding& finding) { return finding.is_error(); });
}

bool knows_a_server(const Session& session) {
  return !session.options().token.empty() || !session.options().token_file.empty();
}

}  // namespace

ProgramCommands::ProgramCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun = app.add_subcommand("program", "The owner's program");
  noun->require_subcommand(1);

  CLI::App* const show = noun->add_subcommand("show", "One version in words; --json: as JSON");
  show->add_option("--version", version_, "Default: the one in force now");
  show->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->show(session); }; });

  CLI::App* const list = noun->add_subcommand("list", "All versions");
  list->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->list(session); }; });

  CLI::App* const check =
      noun->add_subcommand("check", "Errors in a file, and what deserves a second look");
  check->add_option("FILE,--file", file_, "A program as JSON; - for stdin")->required();
  check->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->check(session); }; });

  CLI::App* const publish =
      noun->add_subcommand("publish", "Make a file the next version, for ever");
  publish->add_option("FILE,--file", file_, "A program as JSON; - for stdin")->required();
  publish->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->publish(session); }; });

  CLI::App* const ready = noun->add_subcommand("template", "A program to start from, as JSON");
  ready->add_option("SHOP", basis_.shop, "cafe, grocery, fashion or services; default: no benefits")
      ->check(CLI::IsMember({"cafe", "grocery", "fashion", "services"}));
  ready->add_option("--currency", basis_.currency_code, "ISO 4217")->capture_default_str();
  ready->add_option("--zone", basis_.time_zone, "Area/City")->capture_default_str();
  ready->add_option("--country", basis_.country_code, "ISO 3166-1")->capture_default_str();
  ready->callback(
      [this, &chosen] { chosen = [this](Session& session) { return print_template(session); }; });
}

absl::StatusOr<int> ProgramCommands::show(Session& session) const {
  v1::GetProgramRequest request;
  request.set_version(version_);
  const auto answer = session.call(&v1::ProgramService::Stub::GetProgram, request);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out() << to_json(*answer) << '\n';
  } else {
    print_summary(session, answer->program());
  }
  return kExitDone;
}

absl::StatusOr<int> ProgramCommands::list(Session& session) const {
  v1::ListProgramsRequest request;
  request.set_page_size(kListPage);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "programs");
  Table table({{session.say(label::kVersion), Align::kRight},
               {session.say({"in force from", "בתוקף מ"})},
               {session.say({"published", "פורסמה"})},
               {session.say(label::kCurrency)},
               {session.say(label::kZone)},
               {session.say(label::kTitle)}});
  const auto add = [&](const v1::Program& program) {
    const bool is_first = program.version() == 1;
    table.add({session.plain(format_count(program.version())),
               is_first ? session.say({"the beginning", "תחילת הזמן"})
                        : session.plain(format_instant(program.start_time())),
               session.plain(format_instant(program.publish_time())),
               session.plain(program.currency_code()), session.plain(program.time_zone()),
               program.title()});
  };
  const absl::Status walked = session.call_pages(
      &v1::ProgramService::Stub::ListPrograms, request, [&](const v1::ListProgramsResponse& page) {
        for (const v1::Program& program : page.programs()) {
          json ? json->add(program) : add(program);
        }
        return absl::OkStatus();
      });
  if (!walked.ok()) return walked;
  json ? json->finish() : table.print(session.out());
  return kExitDone;
}

absl::StatusOr<int> ProgramCommands::check(Session& session) const {
  const absl::StatusOr<v1::Program> program = read_program(file_);
  if (!program.ok()) return program.status();
  v1::CheckProgramResponse found = checked_here(*program);
  if (knows_a_server(session)) {
    v1::CheckProgramRequest request;
    *request.mutable_program() = *program;
    auto answer = session.call(&v1::ProgramService::Stub::CheckProgram, request, kCheckDeadline);
    if (answer.ok()) {
      found = *std::move(answer);
    } else if (!session.json()) {
      session.words() << session.say({"checked without the server: ", "נבדק בלי השרת: "})
                      << answer.status().message() << '\n';
    }
  }
  if (session.json()) {
    session.out() << to_json(found) << '\n';
  } else {
    print_findings(session, session.out(), found);
    if (found.findings().empty()) {
      session.words() << session.say({"nothing to remark", "אין הערות"}) << '\n';
    }
    if (!has_errors(found)) print_offline_loss(session, session.out(), *program, found);
  }
  return has_errors(found) ? kExitRefused : kExitDone;
}

absl::StatusOr<int> ProgramCommands::publish(Session& session) const {
  absl::StatusOr<v1::Program> program = read_program(file_);
  if (!program.ok()) return program.status();
  if (!session.json()) {
    v1::CheckProgramRequest check;
    *check.mutable_program() = *program;
    const auto found = session.call(&v1::ProgramService::Stub::CheckProgram, check);
    if (found.ok()) {
      print_findings(session, session.words(), *found);
      if (!has_errors(*found)) print_offline_loss(session, session.words(), *program, *found);
    }
  }
  v1::PublishProgramRequest request;
  *request.mutable_program() = *std::move(program);
  const auto published = session.call(&v1::ProgramService::Stub::PublishProgram, request);
  if (!published.ok()) return published.status();
  if (session.json()) {
    session.out() << to_json(*published) << '\n';
  } else {
    session.words() << session.say({"published as version ", "פורסמה כגרסה "})
                    << session.plain(format_count(published->program().version())) << '\n';
  }
  return kExitDone;
}

absl::StatusOr<int> ProgramCommands::print_template(Session& session) const {
  ProgramBasis basis = basis_;
  basis.language_code = session.options().chosen_language;
  session.out() << to_readable_json(program_template(basis));
  return kExitDone;
}

}  // namespace moadon::cli
