#include "client/cli/programs.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include "client/cli/as_of.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/table.h"
#include "rules/program.h"

namespace moadon::cli {
namespace {

constexpr int kListPage = 100;
constexpr std::int64_t kAgorotRounding_minor = 10;  // cash in Israel has no smaller coin

}  // namespace

v1::Program program_template(const ProgramBasis& basis) {
  v1::Program program;
  program.set_title("Club");
  program.set_currency_code(basis.currency_code);
  program.set_time_zone(basis.time_zone);
  program.set_country_code(basis.country_code);
  program.set_language_code(basis.country_code == "IL" ? "he" : "en");
  if (basis.currency_code == "ILS") program.set_cash_rounding_minor(kAgorotRounding_minor);
  const StageNumbers numbers;
  v1::StageRules& stages = *program.mutable_stages();
  stages.set_interest_days(static_cast<std::int32_t>(numbers.interest_days));
  stages.set_club_gap_days_milli(numbers.club_gap_days_milli);
  stages.set_prior_weight_milli(numbers.prior_weight_milli);
  stages.set_churn_factor_milli(numbers.churn_factor_milli);
  stages.set_loyal_window_days(static_cast<std::int32_t>(numbers.loyal_window_days));
  stages.set_loyal_purchase_days(static_cast<std::int32_t>(numbers.loyal_purchase_days));
  stages.set_loyal_spend_minor(numbers.loyal_spend_minor);
  return program;
}

absl::StatusOr<v1::Program> read_program(const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream& source = path == "-" ? std::cin : file;
  const std::string json(std::istreambuf_iterator<char>(source), {});
  if ((path != "-" && !file.is_open()) || source.bad()) {
    return as_usage(refuse(v1::REASON_FIELD_INVALID, "cannot read " + path,
                           {{"field", "FILE"}, {"limit", "a readable file"}}));
  }
  v1::Program program;
  if (absl::Status read = from_json(json, program); !read.ok()) return read;
  return program;
}

ProgramCommands::ProgramCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun = app.add_subcommand("program", "The owner's program");
  noun->require_subcommand(1);

  CLI::App* const show = noun->add_subcommand("show", "One version, as JSON");
  show->add_option("--version", version_, "Default: the one in force now");
  show->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->show(session); }; });

  CLI::App* const list = noun->add_subcommand("list", "All versions");
  list->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->list(session); }; });

  CLI::App* const publish =
      noun->add_subcommand("publish", "Make a file the next version, for ever");
  publish->add_option("FILE", file_, "A program as JSON; - for stdin")->required();
  publish->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->publish(session); }; });

  CLI::App* const ready = noun->add_subcommand("template", "A program to start from, as JSON");
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
    session.out() << to_readable_json(answer->program());
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

absl::StatusOr<int> ProgramCommands::publish(Session& session) const {
  absl::StatusOr<v1::Program> program = read_program(file_);
  if (!program.ok()) return program.status();
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
  session.out() << to_readable_json(program_template(basis_));
  return kExitDone;
}

}  // namespace moadon::cli
