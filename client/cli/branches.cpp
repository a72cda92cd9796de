#include "client/cli/branches.h"

#include "absl/strings/str_format.h"
#include "client/cli/as_of.h"
#include "client/cli/confirmation.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/table.h"
#include "moadon/v1/admin_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kListPage = 1000;
constexpr int kMinutesPerHour = 60;

// "HH:MM" as minutes after midnight.
absl::StatusOr<int> parse_day_start(const std::string& text) {
  const auto digit = [&text](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4)) {
    const int hours = (text[0] - '0') * 10 + (text[1] - '0');
    const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
    if (hours < 24 && minutes < kMinutesPerHour) return hours * kMinutesPerHour + minutes;
  }
  return as_usage(refuse(v1::REASON_FIELD_INVALID, "not a time of day: " + text,
                         {{"field", "--day-start"}, {"limit", "00:00 .. 23:59"}}));
}

std::string day_start_text(int minutes) {
  return absl::StrFormat("%02d:%02d", minutes / kMinutesPerHour, minutes % kMinutesPerHour);
}

}  // namespace

BranchCommands::BranchCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun = app.add_subcommand("branch", "Stores");
  noun->require_subcommand(1);

  CLI::App* const add = noun->add_subcommand("add", "Add a store");
  add->add_option("BRANCH", branch_id_, "Its id, for ever: 1 to 32 of a-z A-Z 0-9 . _ -")
      ->required();
  add->add_option("--name", name_, "For people");
  add->add_option("--zone", time_zone_, "Area/City; default: the program's");
  add->add_option("--day-start", day_start_, "When its business day starts, HH:MM; default: 00:00");
  add->add_option("--region", region_id_,
                  "Stores of one region share members on registers that are offline");
  add->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->add(session); }; });

  CLI::App* const list = noun->add_subcommand("list", "All stores");
  list->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->list(session); }; });

  CLI::App* const revoke = noun->add_subcommand("revoke", "Close a store; its facts stay");
  revoke->add_option("BRANCH", branch_id_, "Its id")->required();
  revoke->add_flag("--yes", yes_, "Really");
  revoke->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->revoke(session); }; });
}

absl::StatusOr<int> BranchCommands::add(Session& session) const {
  v1::AddBranchRequest request;
  v1::Branch& branch = *request.mutable_branch();
  branch.set_branch_id(branch_id_);
  branch.set_name(name_);
  branch.set_time_zone(time_zone_);
  branch.set_region_id(region_id_);
  if (!day_start_.empty()) {
    const absl::StatusOr<int> minutes = parse_day_start(day_start_);
    if (!minutes.ok()) return minutes.status();
    branch.set_day_start_minutes(*minutes);
  }
  const auto added = session.call(&v1::AdminService::Stub::AddBranch, request);
  if (!added.ok()) return added.status();
  if (session.json()) {
    session.out() << to_json(*added) << '\n';
  } else {
    session.words() << session.say({"added branch ", "נוסף סניף "})
                    << session.plain(added->branch().branch_id()) << '\n';
  }
  return kExitDone;
}

absl::StatusOr<int> BranchCommands::list(Session& session) const {
  v1::ListBranchesRequest request;
  request.set_page_size(kListPage);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "branches");
  Table table({{session.say(label::kBranch)},
               {session.say(label::kName)},
               {session.say(label::kZone)},
               {session.say({"day starts", "היום מתחיל"})},
               {session.say({"region", "אזור"})},
               {session.say(label::kRevoked)}});
  const auto add = [&](const v1::Branch& branch) {
    table.add(
        {session.plain(branch.branch_id()), branch.name(), session.plain(branch.time_zone()),
         session.plain(day_start_text(branch.day_start_minutes())),
         session.plain(branch.region_id()),
         branch.has_revoke_time() ? session.plain(format_instant(branch.revoke_time())) : ""});
  };
  const absl::Status walked = session.call_pages(&v1::AdminService::Stub::ListBranches, request,
                                                 [&](const v1::ListBranchesResponse& page) {
                                                   for (const v1::Branch& branch : page.branches())
                                                     json ? json->add(branch) : add(branch);
                                                   return absl::OkStatus();
                                                 });
  if (!walked.ok()) return walked;
  json ? json->finish() : table.print(session.out());
  return kExitDone;
}

absl::StatusOr<int> BranchCommands::revoke(Session& session) const {
  if (absl::Status sure = confirmed(yes_); !sure.ok()) return sure;
  v1::RevokeBranchRequest request;
  request.set_branch_id(branch_id_);
  const auto revoked = session.call(&v1::AdminService::Stub::RevokeBranch, request);
  if (!revoked.ok()) return revoked.status();
  if (session.json()) {
    session.out() << to_json(*revoked) << '\n';
  } else {
    session.words() << session.say({"revoked branch ", "בוטל סניף "}) << session.plain(branch_id_)
                    << '\n';
  }
  return kExitDone;
}

}  // namespace moadon::cli
