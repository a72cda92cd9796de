#include "client/cli/totals.h"

#include "absl/strings/str_cat.h"
#include "client/cli/exit_codes.h"
#include "client/cli/table.h"
#include "moadon/v1/report_service.grpc.pb.h"

namespace moadon::cli {
namespace {

enum class Unit { kCount, kMinor };

// One number under its name in JSON and its label for people. Those without a name are for people
// only.
struct Entry {
  absl::string_view name;
  Text label;
  Unit unit;
  std::int64_t value;
};

std::vector<Entry> entries_of(const v1::GetTotalsResponse& totals) {
  return {
      {"sales", {"sales", "מכירות"}, Unit::kCount, totals.sales_count()},
      {"sale_lines", {"their lines", "שורות שנמכרו"}, Unit::kCount, totals.sale_lines_count()},
      {"gross_minor",
       {"their value as scanned", "ערכן כפי שנסרק"},
       Unit::kMinor,
       totals.gross_minor()},
      {"returns", {"returns", "החזרות"}, Unit::kCount, totals.returns_count()},
      {"return_lines", {"their lines", "שורות שהוחזרו"}, Unit::kCount, totals.return_lines_count()},
      {"returned_minor", {"their value", "ערכן"}, Unit::kMinor, totals.returned_minor()},
      {"unlinked_returned_minor",
       {"of which without a receipt", "מזה בלי קבלה"},
       Unit::kMinor,
       totals.unlinked_returned_minor()},
      {"members_with_sale",
       {"members who ever bought", "חברים שקנו אי פעם"},
       Unit::kCount,
       totals.members_with_sale_count()},
      {"purchase_days",
       {"purchase days, as kept now", "ימי קנייה, כפי שנשארו"},
       Unit::kCount,
       totals.purchase_days_count()},
      {"members_net_spend_minor",
       {"members' net spend", "קניות נטו של חברים"},
       Unit::kMinor,
       totals.members_net_spend_minor()},
      {"", {"members", "חברים"}, Unit::kCount, totals.members_count()},
      {"",
       {"returns waiting for a sale", "החזרות שממתינות למכירה"},
       Unit::kCount,
       totals.waiting_returns_count()},
      {"", {"differences to look at", "הבדלים לבדיקה"}, Unit::kCount, totals.differences_count()},
  };
}

absl::StatusOr<int> run(Session& session) {
  const auto totals =
      session.call(&v1::ReportService::Stub::GetTotals, v1::GetTotalsRequest(), kLongDeadline);
  if (!totals.ok()) return totals.status();
  if (session.json()) {
    session.out() << totals_json(*totals) << '\n';
  } else {
    print_totals(session, *totals);
  }
  return kExitDone;
}

}  // namespace

std::string totals_json(const v1::GetTotalsResponse& totals) {
  std::string json = "{";
  for (const Entry& entry : entries_of(totals)) {
    if (entry.name.empty()) continue;
    absl::StrAppend(&json, json.size() > 1 ? "," : "", "\"", entry.name, "\":", entry.value);
  }
  return json + "}";
}

void print_totals(Session& session, const v1::GetTotalsResponse& totals) {
  const Money money = session.money();
  Table table({{""}, {"", Align::kRight}, {""}});
  for (const Entry& entry : entries_of(totals)) {
    const bool is_money = entry.unit == Unit::kMinor;
    table.add({session.say(entry.label),
               session.plain(is_money ? money.text(entry.value) : format_count(entry.value)),
               is_money ? session.plain(money.currency_code) : ""});
  }
  table.print(session.out());
}

TotalsCommand::TotalsCommand(CLI::App& app, Action& chosen) {
  CLI::App* const verb = app.add_subcommand("totals", "The club in ten numbers");
  verb->callback([&chosen] { chosen = run; });
}

}  // namespace moadon::cli
