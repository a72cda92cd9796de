#include "client/cli/sandbox/summary.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "client/cli/stages.h"
#include "client/cli/table.h"
#include "client/cli/totals.h"
#include "moadon/v1/report_service.grpc.pb.h"

namespace moadon::cli {
namespace {

struct Reports {
  v1::GetTotalsResponse totals;
  v1::CountStagesResponse stages;
};

absl::StatusOr<Reports> read_reports(Session& session) {
  const auto totals =
      session.call(&v1::ReportService::Stub::GetTotals, v1::GetTotalsRequest(), kLongDeadline);
  if (!totals.ok()) return totals.status();
  const auto stages =
      session.call(&v1::ReportService::Stub::CountStages, v1::CountStagesRequest(), kLongDeadline);
  if (!stages.ok()) return stages.status();
  return Reports{*totals, *stages};
}

void print_addresses(Session& session, const House& house, const RunningClub& club) {
  Table table({{""}, {""}});
  const auto row = [&](const Text& label, const std::string& value) {
    table.add({session.say(label), value});  // to be copied: no direction marks
  };
  row({"server, gRPC", "שרת, gRPC"}, club.server_address());
  row({"server, HTTP", "שרת, HTTP"}, club.http_url());
  row({"agent, HTTP", "סוכן, HTTP"}, club.agent_http_url());
  row({"owner's token", "אסימון הבעלים"}, house.owner_token());
  row({"registers", "קופות"}, absl::StrJoin(house.registers(), " "));
  row({"their tokens", "האסימונים שלהן"}, house.local_token("<id>"));
  row({"logs", "יומנים"}, house.log_dir());
  table.print(session.out());
}

void print_json(Session& session, const House& house, const RunningClub& club,
                const Reports& reports) {
  const nlohmann::ordered_json summary = {
      {"server", club.server_address()},
      {"http", club.http_url()},
      {"agent_http", club.agent_http_url()},
      {"token_file", house.owner_token()},
      {"agent_dir", house.agent_dir()},
      {"registers", house.registers()},
      {"server_restarts", club.server_restarts()},
      {"agent_restarts", club.agent_restarts()},
      {"totals", nlohmann::ordered_json::parse(totals_json(reports.totals))},
      {"stages", nlohmann::ordered_json::parse(stages_json(reports.stages))}};
  session.out() << summary.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace

absl::Status print_summary(Session& session, const House& house, const RunningClub& club) {
  const absl::StatusOr<Reports> reports = read_reports(session);
  if (!reports.ok()) return reports.status();
  if (session.json()) {
    print_json(session, house, club, *reports);
  } else {
    print_addresses(session, house, club);
    session.out() << '\n';
    print_totals(session, reports->totals);
    session.out() << '\n';
    print_stages(session, reports->stages);
  }
  session.out().flush();
  return absl::OkStatus();
}

}  // namespace moadon::cli
