#include "client/cli/queue.h"

#include <optional>

#include "client/cli/amounts.h"
#include "client/cli/confirmation.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/refusal_texts.h"
#include "client/cli/table.h"
#include "moadon/v1/offline_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kListPage = 200;

std::string kind_of(const Session& session, const v1::HandedOver& entry) {
  switch (entry.content_case()) {
    case v1::HandedOver::kSale:
      return session.say(label::kSale);
    case v1::HandedOver::kReturned:
      return session.say(label::kReturn);
    case v1::HandedOver::kEnrolled:
      return session.say({"enrolment", "הצטרפות"});
    case v1::HandedOver::kUnreadable:
      return session.say({"cannot be read", "לא ניתן לקריאה"});
    case v1::HandedOver::CONTENT_NOT_SET:
      break;
  }
  return session.say({"settled", "טופל"});
}

std::string receipt_of(const v1::HandedOver& entry) {
  return entry.has_sale() ? entry.sale().receipt() : entry.returned().receipt();
}

// The refusal in the owner's language; a reason of a newer server in the words it came with.
std::string why(const Session& session, const v1::HandedOver& entry) {
  if (!has_refusal_text(entry.refusal().reason())) return entry.message();
  return refusal_text(entry.refusal(), session.language());
}

}  // namespace

QueueCommands::QueueCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun = app.add_subcommand(
      "queue", "What registers could not deliver for 45 days: for you to look at");
  noun->require_subcommand(1);

  CLI::App* const list = noun->add_subcommand("list", "Entries that wait for you, oldest first");
  list->add_flag("--all", with_settled_, "Settled ones too");
  list->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->list(session); }; });

  CLI::App* const settle = noun->add_subcommand(
      "settle", "You have dealt with an entry: its content is deleted, the note stays");
  settle->add_option("REGISTER", register_id_, "Its register")->required();
  settle->add_option("JOURNAL", journal_id_, "The register's journal, as listed")->required();
  settle->add_option("PLACE", sequence_, "Its place there, as listed")->required();
  settle->add_option("--note", note_, "What was done");
  settle->add_flag("--yes", yes_, "It cannot be taken back");
  settle->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->settle(session); }; });
}

absl::StatusOr<int> QueueCommands::list(Session& session) const {
  v1::ListHandedOverRequest request;
  request.set_with_settled(with_settled_);
  request.set_page_size(kListPage);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "entries");
  Table table({{session.say(label::kRegister)},
               {session.say({"journal", "יומן"})},
               {session.say({"place", "מקום"}), Align::kRight},
               {session.say({"committed", "נרשם"})},
               {session.say(label::kKind)},
               {session.say(label::kReceipt)},
               {session.say(label::kWhy)},
               {session.say(label::kNote)}});
  int64_t count = 0;
  const absl::Status walked = session.call_pages(
      &v1::OfflineService::Stub::ListHandedOver, request,
      [&](const v1::ListHandedOverResponse& page) {
        for (const v1::HandedOver& entry : page.entries()) {
          ++count;
          if (json) {
            json->add(entry);
            continue;
          }
          table.add({session.plain(entry.register_id()), session.plain(entry.journal_id()),
                     session.plain(format_count(entry.sequence())),
                     session.plain(session.moment(entry.commit_time(), session.zone())),
                     kind_of(session, entry), session.plain(receipt_of(entry)), why(session, entry),
                     entry.note()});
        }
        return absl::OkStatus();
      });
  if (!walked.ok()) return walked;
  if (json) {
    json->finish();
  } else if (count == 0) {
    session.words() << session.say({"nothing waits for you", "דבר אינו ממתין לך"}) << '\n';
  } else {
    table.print(session.out());
  }
  return kExitDone;
}

absl::StatusOr<int> QueueCommands::settle(Session& session) const {
  if (const absl::Status sure = confirmed(yes_); !sure.ok()) return sure;
  v1::SettleHandedOverRequest request;
  request.set_register_id(register_id_);
  request.set_journal_id(journal_id_);
  request.set_sequence(sequence_);
  request.set_note(note_);
  const auto settled = session.call(&v1::OfflineService::Stub::SettleHandedOver, request);
  // To the server it is a receipt like any other; to the owner a place in a journal.
  if (!session.json() && reason_of(settled.status()) == v1::REASON_RECEIPT_UNKNOWN) {
    session.words() << session.say({"The queue has no entry at place ", "אין בתור רשומה במקום "})
                    << session.plain(format_count(sequence_))
                    << session.say({" of journal ", " ביומן "}) << session.plain(journal_id_)
                    << session.say({" of register ", " של הקופה "}) << session.plain(register_id_)
                    << ".\n";
    return kExitRefused;
  }
  if (!settled.ok()) return settled.status();
  if (session.json()) {
    session.out() << to_json(*settled) << '\n';
  } else {
    session.words() << session.say({"settled ", "טופלה רשומה "})
                    << session.plain(absl::StrCat(settled->entry().sequence(), " ",
                                                  settled->entry().register_id()))
                    << '\n';
  }
  return kExitDone;
}

}  // namespace moadon::cli
