#include "client/cli/groups.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "client/cli/confirmation.h"
#include "client/cli/display_width.h"
#include "client/cli/exit_codes.h"
#include "client/cli/group_file.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/message_file.h"
#include "client/cli/progress_bar.h"
#include "client/cli/question_text.h"
#include "client/cli/table.h"
#include "moadon/v1/group_service.grpc.pb.h"

namespace moadon::cli {
namespace {

using Stub = v1::GroupService::Stub;

constexpr int kListPage = 1000;
constexpr int kExportPage = 5000;
constexpr Text kGroup = {"group", "קבוצה"};
constexpr Text kQuestion = {"question", "שאלה"};
constexpr Text kSaved = {"saved", "נשמרה"};
constexpr Text kMembers = {"members", "חברים"};
constexpr Text kOfAll = {"of all", "מכלל החברים"};
constexpr Text kExported = {"members exported", "חברים יוצאו"};

int money_digits(Session& session) { return minor_digits(session.money().currency_code); }

std::string saved_date(Session& session, const v1::Group& group) {
  return session.date_of(group.save_time(), session.zone());
}

// The text, and a mark under the place where it is not understood.
void point_at(Session& session, const std::string& text, const QuestionFault& fault) {
  std::string line = text;
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  const std::size_t column = display_width(std::string_view(line).substr(0, fault.at));
  session.words() << "moadon: --where: " << fault.text(session.language()) << '\n'
                  << "  " << line << '\n'
                  << "  " << std::string(column, ' ') << "^\n";
}

}  // namespace

CLI::App* GroupCommands::add_verb(CLI::App& noun, const std::string& name, const std::string& help,
                                  absl::StatusOr<int> (GroupCommands::*run)(Session&) const,
                                  Action& chosen) {
  CLI::App* const verb = noun.add_subcommand(name, help);
  verb->callback([this, &chosen, run] {
    chosen = [this, run](Session& session) { return (this->*run)(session); };
  });
  return verb;
}

void GroupCommands::add_question(CLI::App& verb) {
  CLI::Option* const where = verb.add_option("--where", where_, "The question; see below");
  verb.add_option("--file", file_,
                  "The question as JSON, or what `group show --json` printed; "
                  "- is stdin")
      ->excludes(where);
  verb.footer(kQuestionHelp);
}

GroupCommands::GroupCommands(CLI::App& app, Action& chosen) {
  CLI::App& noun = *app.add_subcommand("group", "Saved questions over members");
  noun.require_subcommand(1);
  constexpr const char* kName = "Its name: 1 to 64 of a-z A-Z 0-9 . _ -";
  constexpr const char* kNameOrQuestion = "A saved one, instead of --where and --file";

  CLI::App* const save = add_verb(noun, "save", "Keep a question under a name, or change it",
                                  &GroupCommands::save, chosen);
  save->add_option("NAME", group_id_, kName)->required();
  save->add_option("--title", title_, "For people");
  add_question(*save);

  CLI::App* const show =
      add_verb(noun, "show", "One group and its question", &GroupCommands::show, chosen);
  show->add_option("NAME", group_id_, kName)->required();

  add_verb(noun, "list", "All groups", &GroupCommands::list, chosen);

  CLI::App* const count =
      add_verb(noun, "count", "How many members are in it now", &GroupCommands::count, chosen);
  count->add_option("NAME", group_id_, kNameOrQuestion);
  add_question(*count);

  CLI::App* const exported = add_verb(noun, "export", "All its members, as CSV or --json",
                                      &GroupCommands::export_members, chosen);
  exported->add_option("NAME", group_id_, kNameOrQuestion);
  add_question(*exported);

  CLI::App* const remove = add_verb(noun, "delete", "Forget a group; its members are not touched",
                                    &GroupCommands::remove, chosen);
  remove->add_option("NAME", group_id_, kName)->required();
  remove->add_flag("--yes", yes_, "Really");
}

absl::StatusOr<v1::Question> GroupCommands::question(Session& session) const {
  v1::Question question;
  if (!file_.empty()) {
    const absl::Status read = read_message(file_, "--file", question);
    if (read.ok()) return question;
    v1::GetGroupResponse shown;
    if (file_ != "-" && read_message(file_, "--file", shown).ok() && shown.has_group()) {
      return shown.group().question();
    }
    return read;
  }
  std::variant<v1::Question, QuestionFault> parsed = parse_question(where_, money_digits(session));
  if (auto* const understood = std::get_if<v1::Question>(&parsed)) return std::move(*understood);
  const QuestionFault& fault = std::get<QuestionFault>(parsed);
  if (!session.json()) point_at(session, where_, fault);
  return as_usage(refuse(v1::REASON_FIELD_INVALID, fault.text(Language::kEnglish),
                         {{"field", "--where"},
                          {"limit", fault.expected_english},
                          {"place", absl::StrCat(fault.at)}}));
}

template <typename Request>
absl::Status GroupCommands::ask(Session& session, Request& request) const {
  if (group_id_.empty() == !has_question()) {
    return as_usage(refuse(v1::REASON_FIELD_MISSING, "give a NAME, or --where, or --file",
                           {{"field", "NAME | --where | --file"}}));
  }
  request.set_group_id(group_id_);
  if (!has_question()) return absl::OkStatus();
  absl::StatusOr<v1::Question> asked = question(session);
  if (asked.ok()) *request.mutable_question() = *std::move(asked);
  return asked.status();
}

absl::StatusOr<int> GroupCommands::save(Session& session) const {
  if (!has_question()) {
    return as_usage(refuse(v1::REASON_FIELD_MISSING, "give --where or --file",
                           {{"field", "--where | --file"}}));
  }
  absl::StatusOr<v1::Question> asked = question(session);
  if (!asked.ok()) return asked.status();
  v1::SaveGroupRequest request;
  request.mutable_group()->set_group_id(group_id_);
  request.mutable_group()->set_title(title_);
  *request.mutable_group()->mutable_question() = *std::move(asked);
  const auto saved = session.call(&Stub::SaveGroup, request);
  if (!saved.ok()) return saved.status();
  if (session.json()) {
    session.out() << to_json(*saved) << '\n';
  } else {
    session.words() << session.say({"saved group ", "נשמרה קבוצה "})
                    << session.plain(saved->group().group_id()) << '\n';
  }
  return kExitDone;
}

absl::StatusOr<int> GroupCommands::show(Session& session) const {
  v1::GetGroupRequest request;
  request.set_group_id(group_id_);
  const auto shown = session.call(&Stub::GetGroup, request);
  if (!shown.ok()) return shown.status();
  if (session.json()) {
    session.out() << to_json(*shown) << '\n';
    return kExitDone;
  }
  const v1::Group& group = shown->group();
  Table table({{""}, {""}});
  table.add({session.say(kGroup), session.plain(group.group_id())});
  if (!group.title().empty()) table.add({session.say(label::kTitle), group.title()});
  table.add({session.say(kSaved), saved_date(session, group)});
  table.add({session.say(kQuestion),
             session.plain(question_text(group.question(), money_digits(session)))});
  table.print(session.out());
  return kExitDone;
}

absl::StatusOr<int> GroupCommands::list(Session& session) const {
  v1::ListGroupsRequest request;
  request.set_page_size(kListPage);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "groups");
  const int digits = session.json() ? 0 : money_digits(session);
  Table table({{session.say(kGroup)},
               {session.say(label::kTitle)},
               {session.say(kSaved)},
               {session.say(kQuestion)}});
  const absl::Status walked =
      session.call_pages(&Stub::ListGroups, request, [&](const v1::ListGroupsResponse& page) {
        for (const v1::Group& group : page.groups()) {
          if (json) {
            json->add(group);
          } else {
            table.add({session.plain(group.group_id()), group.title(), saved_date(session, group),
                       session.plain(question_text(group.question(), digits))});
          }
        }
        return absl::OkStatus();
      });
  if (!walked.ok()) return walked;
  if (json) {
    json->finish();
  } else {
    table.print(session.out());
  }
  return kExitDone;
}

absl::StatusOr<int> GroupCommands::count(Session& session) const {
  v1::CountGroupRequest request;
  const absl::Status asked = ask(session, request);
  if (!asked.ok()) return asked;
  const auto counted = session.call(&Stub::CountGroup, request, kLongDeadline);
  if (!counted.ok()) return counted.status();
  if (session.json()) {
    session.out() << to_json(*counted) << '\n';
    return kExitDone;
  }
  Table table({{session.say(kMembers), Align::kRight}, {session.say(kOfAll), Align::kRight}});
  table.add({session.count(counted->member_count()), session.count(counted->all_count())});
  table.print(session.out());
  return kExitDone;
}

absl::StatusOr<int> GroupCommands::export_members(Session& session) const {
  v1::ListGroupMembersRequest request;
  request.set_page_size(kExportPage);
  const absl::Status asked = ask(session, request);
  if (!asked.ok()) return asked;
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "members");
  bool has_heading = session.json();
  std::int64_t exported = 0;
  ProgressBar progress(session.say(kExported));
  const absl::Status walked = session.call_pages(
      &Stub::ListGroupMembers, request,
      [&](const v1::ListGroupMembersResponse& page) {
        if (!std::exchange(has_heading, true)) session.out() << kGroupFileHeading << '\n';
        for (const v1::GroupMember& member : page.members()) {
          if (json) {
            json->add(member);
          } else {
            session.out() << group_file_record(member) << '\n';
          }
        }
        exported += page.members_size();
        progress.show(exported, 0);
        return absl::OkStatus();
      },
      kLongDeadline);
  if (!walked.ok()) return walked;
  if (json) json->finish();
  return kExitDone;
}

absl::StatusOr<int> GroupCommands::remove(Session& session) const {
  if (absl::Status sure = confirmed(yes_); !sure.ok()) return sure;
  v1::DeleteGroupRequest request;
  request.set_group_id(group_id_);
  const auto removed = session.call(&Stub::DeleteGroup, request);
  if (!removed.ok()) return removed.status();
  if (session.json()) {
    session.out() << to_json(*removed) << '\n';
  } else {
    session.words() << session.say({"deleted group ", "נמחקה קבוצה "}) << session.plain(group_id_)
                    << '\n';
  }
  return kExitDone;
}

}  // namespace moadon::cli
