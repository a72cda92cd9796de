#include "client/cli/registers.h"

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

}  // namespace

RegisterCommands::RegisterCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun = app.add_subcommand("register", "Tills and their tokens");
  noun->require_subcommand(1);

  CLI::App* const add = noun->add_subcommand("add", "Add a till; prints its token, this once");
  add->add_option("REGISTER", register_id_, "Its id, for ever: 1 to 32 of a-z A-Z 0-9 . _ -")
      ->required();
  add->add_option("--branch", branch_id_, "Its store, for ever")->required();
  add->add_option("--name", name_, "For people");
  add->add_flag("--replays-history", replays_history_, "Its times are believed as they are");
  add->add_flag("--new-token", new_token_, "It exists: give it another token, the old one dies");
  add->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->add(session); }; });

  CLI::App* const list = noun->add_subcommand("list", "All tills");
  list->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->list(session); }; });

  CLI::App* const revoke = noun->add_subcommand("revoke", "Kill a till's token; its facts stay");
  revoke->add_option("REGISTER", register_id_, "Its id")->required();
  revoke->add_flag("--yes", yes_, "Really");
  revoke->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->revoke(session); }; });
}

absl::StatusOr<int> RegisterCommands::add(Session& session) const {
  v1::AddRegisterRequest request;
  v1::Register& added_register = *request.mutable_register_();
  added_register.set_register_id(register_id_);
  added_register.set_branch_id(branch_id_);
  added_register.set_name(name_);
  added_register.set_replays_history(replays_history_);
  request.set_new_token(new_token_);
  const auto added = session.call(&v1::AdminService::Stub::AddRegister, request);
  if (!added.ok()) return added.status();
  if (session.json()) {
    session.out() << to_json(*added) << '\n';
    return kExitDone;
  }
  session.words() << session.say({"added register ", "נוספה קופה "})
                  << session.plain(added->register_().register_id())
                  << session.say({"; its token, shown only now:", "; האסימון שלה, מוצג רק עכשיו:"})
                  << '\n';
  session.out() << added->token() << '\n';
  return kExitDone;
}

absl::StatusOr<int> RegisterCommands::list(Session& session) const {
  v1::ListRegistersRequest request;
  request.set_page_size(kListPage);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "registers");
  Table table({{session.say(label::kRegister)},
               {session.say(label::kBranch)},
               {session.say(label::kName)},
               {session.say({"replays history", "משחזרת עבר"})},
               {session.say({"last heard of", "נשמעה לאחרונה"})},
               {session.say({"undelivered", "טרם נמסרו"}), Align::kRight},
               {session.say(label::kRevoked)}});
  const auto add = [&](const v1::Register& entry) {
    const auto instant = [&](bool is_set, const google::protobuf::Timestamp& time) {
      return is_set ? session.plain(format_instant(time)) : "";
    };
    table.add({session.plain(entry.register_id()), session.plain(entry.branch_id()), entry.name(),
               entry.replays_history() ? session.say({"yes", "כן"}) : "",
               instant(entry.has_last_contact_time(), entry.last_contact_time()),
               session.plain(format_count(entry.undelivered_count())),
               instant(entry.has_revoke_time(), entry.revoke_time())});
  };
  const absl::Status walked = session.call_pages(
      &v1::AdminService::Stub::ListRegisters, request, [&](const v1::ListRegistersResponse& page) {
        for (const v1::Register& entry : page.registers()) json ? json->add(entry) : add(entry);
        return absl::OkStatus();
      });
  if (!walked.ok()) return walked;
  json ? json->finish() : table.print(session.out());
  return kExitDone;
}

absl::StatusOr<int> RegisterCommands::revoke(Session& session) const {
  if (absl::Status sure = confirmed(yes_); !sure.ok()) return sure;
  v1::RevokeRegisterRequest request;
  request.set_register_id(register_id_);
  const auto revoked = session.call(&v1::AdminService::Stub::RevokeRegister, request);
  if (!revoked.ok()) return revoked.status();
  if (session.json()) {
    session.out() << to_json(*revoked) << '\n';
  } else {
    session.words() << session.say({"revoked register ", "בוטלה קופה "})
                    << session.plain(register_id_) << '\n';
  }
  return kExitDone;
}

}  // namespace moadon::cli
