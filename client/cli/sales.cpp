#include "client/cli/sales.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/as_of.h"
#include "client/cli/difference_text.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/table.h"
#include "moadon/v1/report_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kListPage = 1000;

std::string receipt_of(const v1::GetReceiptResponse& receipt) {
  return receipt.has_returned() ? receipt.returned().receipt() : receipt.sale().receipt();
}

std::string kind_text(Session& session, const v1::RecordedSale& sale) {
  return session.say(sale.receipt().has_returned() ? label::kReturn : label::kSale);
}

void print_head(Session& session, const v1::RecordedSale& sale, const Money& money) {
  Table table({{""}, {""}});
  const auto row = [&](const Text& label, const std::string& value) {
    if (!value.empty()) table.add({session.say(label), value});
  };
  const v1::GetReceiptResponse& receipt = sale.receipt();
  row(label::kKind, kind_text(session, sale));
  row(label::kRegister, session.plain(receipt.register_id()));
  row(label::kReceipt, session.plain(receipt_of(receipt)));
  if (receipt.has_returned() && receipt.returned().has_original()) {
    const v1::ReceiptReference& original = receipt.returned().original();
    row({"of sale", "של מכירה"}, session.plain(original.register_id() + " " + original.receipt()));
  }
  row(label::kDate, session.plain(sale.business_date()));
  row({"occurred at", "התרחשה ב"},
      session.plain(format_instant(receipt.has_returned() ? receipt.returned().occurred_at()
                                                          : receipt.sale().occurred_at())));
  row(label::kBranch, session.plain(sale.branch_id()));
  row(label::kMember, session.plain(sale.member_id()));
  row(label::kValue, session.plain(money.text(sale.value_minor())));
  row(label::kPaidNet, session.plain(money.text(sale.paid_net_minor())));
  if (sale.is_waiting()) row(label::kNotes, session.say(label::kWaiting));
  for (const v1::Difference& difference : sale.differences()) {
    row(label::kNotes, difference_text(session, difference, money));
  }
  table.print(session.out());
}

// Sold and returned lines show the same columns.
template <typename Lines, typename Paid>
void print_lines(Session& session, const Lines& lines, const Money& money, Paid paid) {
  Table table({{session.say({"line", "שורה"})},
               {session.say({"article", "פריט"})},
               {session.say({"description", "תיאור"})},
               {session.say({"quantity", "כמות"}), Align::kRight},
               {session.say({"price", "מחיר"}), Align::kRight},
               {session.say(label::kPaidNet), Align::kRight}});
  for (const auto& line : lines) {
    table.add({session.plain(line.line_id()), session.plain(line.sku()), line.description(),
               session.plain(format_milli(line.quantity_milli())),
               session.plain(money.text(line.unit_price_minor())), paid(line)});
  }
  session.out() << '\n';
  table.print(session.out());
}

}  // namespace

SalesCommands::SalesCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun = app.add_subcommand("sales", "Sales and returns as recorded");
  noun->require_subcommand(1);

  CLI::App* const show = noun->add_subcommand("show", "One sale or return with its lines");
  show->add_option("REGISTER", register_id_, "The register that issued the receipt")->required();
  show->add_option("RECEIPT", receipt_, "The receipt")->required();
  show->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->show(session); }; });

  CLI::App* const list = noun->add_subcommand("list", "All sales and returns");
  list->add_option("--member", member_id_, "Only those of this member (by id)");
  list->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->list(session); }; });
}

absl::StatusOr<int> SalesCommands::show(Session& session) const {
  v1::GetSaleRequest request;
  request.set_register_id(register_id_);
  request.set_receipt(receipt_);
  const auto answer = session.call(&v1::ReportService::Stub::GetSale, request);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out() << to_json(*answer) << '\n';
    return kExitDone;
  }
  const v1::RecordedSale& sale = answer->sale();
  const Money money = session.money();
  print_head(session, sale, money);
  // A line without a stated amount was charged what the rules say; the sum above has it.
  if (sale.receipt().has_returned()) {
    print_lines(session, sale.receipt().returned().lines(), money, [&](const v1::ReturnLine& line) {
      return line.has_refund_minor() ? session.plain(money.text(line.refund_minor())) : "";
    });
  } else {
    print_lines(session, sale.receipt().sale().lines(), money, [&](const v1::Line& line) {
      return line.has_paid_net_minor() ? session.plain(money.text(line.paid_net_minor())) : "";
    });
  }
  return kExitDone;
}

absl::StatusOr<int> SalesCommands::list(Session& session) const {
  v1::ListSalesRequest request;
  request.set_page_size(kListPage);
  request.set_member_id(member_id_);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "sales");
  const Money money = session.json() ? Money{} : session.money();
  Table table({{session.say(label::kDate)},
               {session.say(label::kRegister)},
               {session.say(label::kReceipt)},
               {session.say(label::kKind)},
               {session.say(label::kMember)},
               {session.say(label::kLines), Align::kRight},
               {session.say(label::kValue), Align::kRight},
               {session.say(label::kPaidNet), Align::kRight},
               {session.say(label::kNotes)}});
  const auto add = [&](const v1::RecordedSale& sale) {
    std::vector<std::string> notes;
    if (sale.is_waiting()) notes.push_back(session.say(label::kWaiting));
    for (const v1::Difference& difference : sale.differences()) {
      notes.push_back(difference_text(session, difference, money));
    }
    table.add({session.plain(sale.business_date()), session.plain(sale.receipt().register_id()),
               session.plain(receipt_of(sale.receipt())), kind_text(session, sale),
               session.plain(sale.member_id()), session.plain(format_count(sale.line_count())),
               session.plain(money.text(sale.value_minor())),
               session.plain(money.text(sale.paid_net_minor())), absl::StrJoin(notes, "; ")});
  };
  const absl::Status walked = session.call_pages(&v1::ReportService::Stub::ListSales, request,
                                                 [&](const v1::ListSalesResponse& page) {
                                                   for (const v1::RecordedSale& sale : page.sales())
                                                     json ? json->add(sale) : add(sale);
                                                   return absl::OkStatus();
                                                 });
  if (!walked.ok()) return walked;
  json ? json->finish() : table.print(session.out());
  return kExitDone;
}

}  // namespace moadon::cli
