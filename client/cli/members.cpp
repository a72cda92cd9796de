#include "client/cli/members.h"

#include <sstream>

#include "client/cli/as_of.h"
#include "client/cli/csv.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/member_document.h"
#include "client/cli/member_lookup.h"
#include "client/cli/member_story.h"
#include "client/cli/stage_names.h"
#include "client/cli/table.h"
#include "moadon/v1/member_service.grpc.pb.h"
#include "moadon/v1/program.grpc.pb.h"
#include "moadon/v1/report_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kListPage = 1000;
constexpr int kExportPage = 5000;
constexpr const char* kExportHeading =
    "key,purchase_days,last_purchase_date,net_spend_minor,points_milli,tier,stage,stage_since";

CLI::App* add_noun(CLI::App& app) {
  CLI::App* const noun = app.add_subcommand("members", "The people of the club");
  noun->require_subcommand(1);
  return noun;
}

// Whether the program in force has points: where it has none, a file says nothing of them.
absl::StatusOr<bool> has_points(Session& session) {
  const auto program = session.call(&v1::ProgramService::Stub::GetProgram, v1::GetProgramRequest());
  if (!program.ok()) return program.status();
  return program->program().has_points();
}

}  // namespace

MembersCommands::MembersCommands(CLI::App& app, Action& chosen)
    : noun_(add_noun(app)),
      decisions_(*noun_, chosen),
      erasure_(*noun_, chosen),
      merges_(*noun_, chosen),
      profile_(*noun_, chosen) {
  CLI::App* const noun = noun_;
  CLI::App* const show =
      noun->add_subcommand("show", "One member: who, standing, rights, and the story in order");
  CLI::Option* const key = show->add_option("KEY", key_, "Phone, card, wallet code, email, or id");
  show->add_option("--id", member_id_, "The member's id instead of a key")->excludes(key);
  show->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->show(session); }; });

  CLI::App* const list = noun->add_subcommand("list", "All members, by id");
  list->add_option("--stage", stage_, "Only members in this stage now");
  list->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->list(session); }; });

  CLI::App* const exported = noun->add_subcommand("export", "Everybody's standing, as CSV");
  exported->add_option("--as-of", as_of_, "A date (its end) or an RFC 3339 instant; default: now");
  exported->callback(
      [this, &chosen] { chosen = [this](Session& session) { return export_csv(session); }; });
}

absl::StatusOr<int> MembersCommands::show(Session& session) const {
  const auto member = look_up_member(session, key_, member_id_);
  if (!member.ok()) return member.status();
  if (session.json()) {
    std::ostringstream document;
    const absl::Status written =
        write_member_document(session, *member, MemberDocument::kStory, document);
    if (!written.ok()) return written;
    session.out() << document.str();
    return kExitDone;
  }
  const Money money = session.money();
  print_member(session, *member, money);
  const absl::Status told = print_story(session, member->member().member_id(), money);
  if (!told.ok()) return told;
  return kExitDone;
}

absl::StatusOr<int> MembersCommands::list(Session& session) const {
  v1::ListMembersRequest request;
  request.set_page_size(kListPage);
  if (!stage_.empty()) {
    const std::optional<v1::Stage> stage = stage_of(stage_);
    if (!stage) {
      return as_usage(refuse(
          v1::REASON_FIELD_INVALID, "no such stage: " + stage_,
          {{"field", "stage"}, {"limit", "potential interested new active loyal churning"}}));
    }
    request.set_stage(*stage);
  }
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "members");
  const Money money = session.json() ? Money{} : session.money();
  Table table({{session.say(label::kMember)},
               {session.say(label::kKey)},
               {session.say(label::kName)},
               {session.say(label::kStage)},
               {session.say(label::kSince)},
               {session.say(label::kPurchaseDays), Align::kRight},
               {session.say(label::kLastPurchase)},
               {session.say(label::kNetSpend), Align::kRight},
               {session.say(label::kTier)},
               {session.say(label::kPoints), Align::kRight}});
  const auto add = [&](const v1::Member& member) {
    const v1::MemberFacts& facts = member.facts();
    table.add(
        {session.plain(member.member_id()),
         member.keys().empty() ? "" : session.plain(key_text(member.keys(0))), name_of(member),
         stage_label(facts.stage(), session.language()), session.plain(member.stage_since_date()),
         session.plain(format_count(facts.purchase_day_count())),
         session.plain(facts.last_purchase_date()),
         session.plain(money.text(facts.net_spend_minor())), session.plain(facts.tier_id()),
         facts.has_points() ? session.plain(format_milli(facts.points().available_milli())) : ""});
  };
  const absl::Status walked = session.call_pages(&v1::MemberService::Stub::ListMembers, request,
                                                 [&](const v1::ListMembersResponse& page) {
                                                   for (const v1::Member& member : page.members())
                                                     json ? json->add(member) : add(member);
                                                   return absl::OkStatus();
                                                 });
  if (!walked.ok()) return walked;
  json ? json->finish() : table.print(session.out());
  return kExitDone;
}

absl::StatusOr<int> MembersCommands::export_csv(Session& session) const {
  v1::ExportMembersRequest request;
  request.set_page_size(kExportPage);
  if (!as_of_.empty()) {
    const absl::StatusOr<v1::AsOf> as_of = parse_as_of(as_of_);
    if (!as_of.ok()) return as_usage(as_of.status());
    *request.mutable_as_of() = *as_of;
  }
  const absl::StatusOr<bool> shows_points = session.json() ? true : has_points(session);
  if (!shows_points.ok()) return shows_points.status();
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "members");
  bool has_heading = session.json();
  const auto add = [&](const v1::MemberStanding& standing) {
    const std::string points = *shows_points ? std::to_string(standing.points_milli()) : "";
    session.out() << csv_record({standing.key(), std::to_string(standing.purchase_day_count()),
                                 standing.last_purchase_date(),
                                 std::to_string(standing.net_spend_minor()), points,
                                 standing.tier_id(), stage_code(standing.stage()),
                                 standing.stage_since_date()})
                  << '\n';
  };
  const absl::Status walked = session.call_pages(
      &v1::ReportService::Stub::ExportMembers, request,
      [&](const v1::ExportMembersResponse& page) {
        if (!std::exchange(has_heading, true)) session.out() << kExportHeading << '\n';
        for (const v1::MemberStanding& standing : page.members()) {
          json ? json->add(standing) : add(standing);
        }
        return absl::OkStatus();
      },
      kLongDeadline);
  if (!walked.ok()) return walked;
  if (json) json->finish();
  return kExitDone;
}

}  // namespace moadon::cli
