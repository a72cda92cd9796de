#include "client/cli/offline.h"

#include "absl/strings/str_cat.h"
#include "client/cli/amounts.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/table.h"
#include "moadon/v1/offline_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kListPage = 1000;

std::string what(const Session& session, const v1::Loss& loss) {
  switch (loss.kind_case()) {
    case v1::Loss::kPoints:
      return absl::StrCat(session.say({"points that were not there", "נקודות שלא היו"}), ": ",
                          session.plain(format_milli(loss.points().points_milli())));
    case v1::Loss::kLimit:
      return absl::StrCat(session.say({"beyond the limit of benefit", "מעבר למגבלת ההטבה"}), " ",
                          session.plain(loss.limit().benefit_id()));
    case v1::Loss::kRight:
      return absl::StrCat(
          session.say({"a right that was not left, benefit", "זכות שלא נותרה, הטבה"}), " ",
          session.plain(loss.right().benefit_id()));
    case v1::Loss::KIND_NOT_SET:
      break;
  }
  return session.say({"a kind that this version does not know", "סוג שהגרסה הזאת אינה מכירה"});
}

// All pages as one answer: the account is as short as the registers' troubles.
absl::StatusOr<v1::ListLossesResponse> read_all(Session& session, v1::ListLossesRequest request) {
  v1::ListLossesResponse all;
  request.set_page_size(kListPage);
  const absl::Status walked = session.call_pages(&v1::OfflineService::Stub::ListLosses, request,
                                                 [&](const v1::ListLossesResponse& page) {
                                                   all.MergeFrom(page);
                                                   return absl::OkStatus();
                                                 });
  if (!walked.ok()) return walked;
  all.clear_next_page_token();
  return all;
}

}  // namespace

OfflineCommands::OfflineCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun =
      app.add_subcommand("offline", "What registers did while the server was out of their reach");
  noun->require_subcommand(1);
  CLI::App* const losses = noun->add_subcommand(
      "losses", "What they gave that was not there any more: yours to bear, never the member's");
  losses->add_option("--from", from_date_,
                     "The first business date, YYYY-MM-DD; else from the beginning");
  losses->add_option("--until", until_date_, "The last business date; else without end");
  losses->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->losses(session); }; });
}

absl::StatusOr<int> OfflineCommands::losses(Session& session) const {
  v1::ListLossesRequest request;
  request.set_from_date(from_date_);
  request.set_until_date(until_date_);
  const auto all = read_all(session, request);
  if (!all.ok()) return all.status();
  if (session.json()) {
    session.out() << to_json(*all) << '\n';
    return kExitDone;
  }
  const Money money = session.money();
  Table table({{session.say(label::kDate)},
               {session.say(label::kRegister)},
               {session.say(label::kReceipt)},
               {session.say(label::kMember)},
               {session.say({"what", "מה"})},
               {session.say({"amount", "סכום"}), Align::kRight}});
  for (const v1::Loss& loss : all->losses()) {
    table.add({session.plain(loss.business_date()), session.plain(loss.register_id()),
               session.plain(loss.receipt()), session.plain(loss.member_id()), what(session, loss),
               session.plain(money.text(loss.amount_minor()))});
  }
  table.add({session.say({"total", "סך הכול"}), "", "", "", "",
             session.plain(money.text(all->total_minor()))});
  table.print(session.out());
  return kExitDone;
}

}  // namespace moadon::cli
